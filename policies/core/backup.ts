import { awsSavers } from "./aws-backup.ts";
import { gapOf, NAMESPACED } from "./backup-schedule.ts";
import { referenceOf, referencesOf } from "./declared.ts";
import { MalformedValue } from "./field.ts";
import { inNamespace, velero } from "./kubernetes-backup.ts";
import { Lookup } from "./lookup.ts";
import { ownSavers } from "./own-backup.ts";
import type { Saver } from "./saver.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { needsBackup } from "./store.ts";

/** Everything that may save a store's data. */
export function saversOf(store: StackObject, stack: Stack): Saver[] {
  const reference = referenceOf(store);
  const named = stack
    .derived(byDeclaration)
    .of(reference)
    .map((by) => ({ by, saves: () => referencesOf(by, "backsUp").includes(reference), gap: () => gapOf(by) }));
  if (store.kind === undefined) return [...named, ...awsSavers(store, stack)];
  return [
    ...named,
    ...ownSavers(store),
    ...stack.derived(veleroSchedules).of(store.namespace, "*").map(velero(store)),
    ...stack.derived(namespacedSchedules).of(store.namespace).map(inNamespace(store)),
  ];
}

/** A store that an object may save, and whether it does. */
export interface Held {
  readonly store: StackObject;
  saves(): boolean;
}

/** The stores that an object may save, in the order of the stack. */
export function heldBy(saver: StackObject, stack: Stack): readonly Held[] {
  const { known, anywhere } = stack.derived(heldStores);
  return [...(known.get(saver) ?? []), ...anywhere];
}

function heldStores(stack: Stack): { known: Map<StackObject, Held[]>; anywhere: Held[] } {
  const known = new Map<StackObject, Held[]>();
  const anywhere: Held[] = [];
  for (const store of stack.objects)
    try {
      if (!needsBackup(store)) continue;
      for (const { by, saves } of saversOf(store, stack)) {
        const held = known.get(by);
        if (held) held.push({ store, saves });
        else known.set(by, [{ store, saves }]);
      }
    } catch (error) {
      // A misshapen store is told of by the rules that judge it.
      if (error instanceof MalformedValue) continue;
      anywhere.push({
        store,
        saves: () => {
          throw error;
        },
      });
    }
  return { known, anywhere };
}

const byDeclaration = (stack: Stack) => new Lookup(stack.objects, (object) => referencesOf(object, "backsUp"));

const veleroSchedules = (stack: Stack) =>
  new Lookup(
    stack.objects.filter(({ group, kind }) => group === "velero.io" && kind === "Schedule"),
    (object) => {
      const list = object.root.at("spec", "template", "includedNamespaces");
      const namespaces = list.items().map((item) => item.text() ?? "");
      return namespaces.length > 0 ? namespaces : ["*"];
    },
  );

const namespacedSchedules = (stack: Stack) =>
  new Lookup(
    stack.objects.filter(({ group, kind }) => NAMESPACED.has(`${group}/${kind}`)),
    (object) => [object.namespace],
  );
