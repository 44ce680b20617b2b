import { GATEWAY_API, gatewaysOf } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { KeyIndex } from "../../core/key-index.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** Kinds that attach to a route or a gateway by a reference, as the Gateway API's policies do. */
const KINDS = new Set([
  "gateway.envoyproxy.io/BackendTrafficPolicy",
  "gateway.nginx.org/RateLimitPolicy",
  "kuadrant.io/RateLimitPolicy",
]);

const isPolicy = ({ group, kind }: StackObject) => KINDS.has(`${group}/${kind}`);
const POLICIES = new KeyIndex(isPolicy, targetsOf);

export function isTrafficPolicy({ group, kind }: StackObject): boolean {
  return group === "gateway.envoyproxy.io" && kind === "BackendTrafficPolicy";
}

/** Policies that attach, or may attach, to a route or to a gateway of its. Their own targets are to be read again: `attaches`. */
export function* policiesFor(stack: Stack, route: StackObject): Generator<StackObject> {
  for (const target of targetKeys(route)) yield* POLICIES.candidates(stack, target);
}

/** Whether a policy attaches to a route, to one rule of it too, or to a gateway of its. */
export function attaches(policy: StackObject, route: StackObject): boolean {
  const targets = new Set(targetKeys(route));
  for (const target of targetsOf(policy)) if (targets.has(target)) return true;
  return false;
}

function targetKeys(route: StackObject): string[] {
  return [
    `${route.namespace}/${route.name} ${route.kind}`,
    ...gatewaysOf(route).map((gateway) => `${gateway} Gateway`),
  ];
}

/** A policy attaches to objects of its own namespace. */
function* targetsOf(policy: StackObject): Generator<string> {
  const spec = policy.root.at("spec");
  const refs = [...(spec.at("targetRef").absent ? [] : [spec.at("targetRef")]), ...spec.at("targetRefs").items()];
  yield* eachKnown(refs, function* (ref: Field) {
    if ((ref.at("group").text() ?? GATEWAY_API) !== GATEWAY_API) return;
    yield `${policy.namespace}/${ref.at("name").text() ?? ""} ${ref.at("kind").text() ?? ""}`;
  });
}
