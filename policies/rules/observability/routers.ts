import { Lookup } from "../../core/lookup.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown, UnknownValue } from "../../core/unknown.ts";
import {
  isNamespaced,
  isRouting,
  type Labels,
  labelsAskedBy,
  type Routing,
  readable,
  receiversFor,
  routesOf,
  routingsOf,
  takes,
} from "./alertmanager.ts";

/** An object that routes alerts, if it speaks for the namespace in question. */
export interface Router {
  readonly object: StackObject;
  speaks(): boolean;
  routings(): readonly Routing[];
}

/** A receiver that gets an alert, and the ways by which it tells of it: `pagerduty`, `slack`. */
interface Reached {
  readonly name: string;
  readonly ways: readonly string[];
}

/** What may route an alert of a namespace. */
export function routersFor(namespace: string, stack: Stack): Router[] {
  const { general, namespaced, all, alertmanagers } = stack.derived(routersIn);
  const own = alertmanagers.length > 0 ? all : namespaced.of(namespace);
  return [
    ...general,
    ...own.map((object) => ({
      object,
      routings: () => routingsOf(object),
      speaks: () =>
        someKnown(
          [() => object.namespace === namespace, () => someKnown(alertmanagers, (one) => frees(one, object))],
          (holds) => holds(),
        ),
    })),
  ];
}

/** The receivers by which an alert is told of. */
export function reachedBy({ object, speaks, routings }: Router, labels: Labels): Reached[] {
  if (!speaks()) return [];
  return routings().flatMap(({ route, receivers }) => {
    if (isNamespaced(object) && !takes(route, labels)) return [];
    const names = receiversFor(route, labels);
    return receivers
      .filter((receiver) => names.includes(receiver.at("name").text()))
      .map((receiver) => ({
        name: receiver.at("name").text() ?? "",
        ways: receiver
          .entries()
          .filter(([key, list]) => /(?:_configs|Configs)$/.test(key) && list.items().length > 0)
          .map(([key]) => key.replace(/(?:_configs|Configs)$/, "").toLowerCase()),
      }));
  });
}

/** The labels by which any route of a stack tells alerts apart: alerts that are alike in these reach the same receivers. */
export function labelsAskedIn(stack: Stack): readonly string[] {
  return stack.derived(askedIn);
}

function askedIn(stack: Stack): readonly string[] {
  const { general, all } = stack.derived(routersIn);
  const routings = [
    ...general.flatMap((router) => readable(() => router.routings())),
    ...all.flatMap((object) => readable(() => routingsOf(object))),
  ];
  return [...new Set(routings.flatMap(({ route }) => readable(() => routesOf(route)).flatMap(labelsAskedBy)))];
}

/** Whether an Alertmanager of the operator lets an AlertmanagerConfig speak for every namespace. */
function frees({ root, namespace }: StackObject, config: StackObject): boolean {
  const spec = root.at("spec");
  if (spec.at("alertmanagerConfigMatcherStrategy", "type").text() === "None") return true;
  return spec.at("alertmanagerConfiguration", "name").text() === config.name && namespace === config.namespace;
}

function routersIn(stack: Stack) {
  const routers = stack.objects.filter(mayRoute);
  const all = routers.filter(isNamespaced);
  return {
    general: routers.filter((object) => !isNamespaced(object)).map(routerOf),
    all,
    namespaced: new Lookup(all, (object) => [object.namespace]),
    alertmanagers: stack.objects.filter(
      ({ group, kind }) => group === "monitoring.coreos.com" && kind === "Alertmanager",
    ),
  };
}

/** A file is read once: every alert asks for it. */
export function routerOf(object: StackObject): Router {
  let known: readonly Routing[] | undefined;
  const routings = () => {
    known ??= routingsOf(object);
    return known;
  };
  return { object, speaks: () => isRouting(object), routings };
}

/** What is not known yet may hold routes; what is misshapen holds none. */
function mayRoute(object: StackObject): boolean {
  try {
    return isRouting(object);
  } catch (error) {
    return error instanceof UnknownValue;
  }
}
