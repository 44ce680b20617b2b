import { refersTo } from "../../core/aws-reference.ts";
import { type Held, heldBy } from "../../core/backup.ts";
import { isBackup } from "../../core/backup-schedule.ts";
import { Lookup } from "../../core/lookup.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

const kindOf = (object: StackObject) =>
  object.kind === undefined ? object.resource.type : `${object.group}/${object.kind}`;

const PLACES = new Set([
  "barmancloud.cnpg.io/ObjectStore",
  "velero.io/BackupStorageLocation",
  "snapshot.storage.k8s.io/VolumeSnapshot",
  "aws:backup/vault:Vault",
]);

/** Whether copies of stores are made by an object, or lie in it. */
export function holdsCopies(object: StackObject): boolean {
  return isBackup(object) || PLACES.has(kindOf(object));
}

/** The stores whose copies an object makes or holds, or may. */
export function copiedIn(object: StackObject, stack: Stack): Held[] {
  switch (kindOf(object)) {
    case "barmancloud.cnpg.io/ObjectStore":
      return stack
        .derived(clusters)
        .of(object.namespace)
        .map((store) => ({ store, saves: () => store.namespace === object.namespace && usesStore(store, object) }));
    case "velero.io/BackupStorageLocation":
      return through(stack.derived(schedules), stack, (schedule) => {
        const location = schedule.root.at("spec", "template", "storageLocation").text() ?? "default";
        return location === object.name && schedule.namespace === object.namespace;
      });
    case "aws:backup/vault:Vault":
      return through(stack.derived(plans), stack, (plan) =>
        someKnown(plan.root.at("rules").items(), (rule) => refersTo(rule.at("targetVaultName"), object)),
      );
    case "snapshot.storage.k8s.io/VolumeSnapshot":
      return stack
        .derived(claims)
        .of(`${object.namespace}/${object.root.at("spec", "source", "persistentVolumeClaimName").text() ?? ""}`)
        .map((store) => ({ store, saves: () => isSource(object, store) }));
    default:
      return [...heldBy(object, stack)];
  }
}

/** Whether a PostgreSQL cluster keeps its backups in an ObjectStore. */
export function usesStore(cluster: StackObject, store: StackObject): boolean {
  return someKnown(
    cluster.root.at("spec", "plugins").items(),
    (plugin) => plugin.at("parameters", "barmanObjectName").text() === store.name,
  );
}

/** What backups hold that lie in a place. */
function through(backups: readonly StackObject[], stack: Stack, liesHere: (backup: StackObject) => boolean): Held[] {
  return backups.flatMap((backup) =>
    heldBy(backup, stack).map(({ store, saves }) => ({ store, saves: () => liesHere(backup) && saves() })),
  );
}

function isSource(snapshot: StackObject, claim: StackObject): boolean {
  const name = snapshot.root.at("spec", "source", "persistentVolumeClaimName").text();
  return claim.name === name && claim.namespace === snapshot.namespace;
}

const ofKind = (stack: Stack, kind: string) => stack.objects.filter((object) => kindOf(object) === kind);
const schedules = (stack: Stack) => ofKind(stack, "velero.io/Schedule");
const plans = (stack: Stack) => ofKind(stack, "aws:backup/plan:Plan");
const clusters = (stack: Stack) =>
  new Lookup(ofKind(stack, "postgresql.cnpg.io/Cluster"), ({ namespace }) => [namespace]);
const claims = (stack: Stack) =>
  new Lookup(ofKind(stack, "/PersistentVolumeClaim"), ({ namespace, name }) => [`${namespace}/${name}`]);
