import { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown, UNKNOWN, UnknownValue } from "../../core/unknown.ts";

/** Cilium says where a label comes from; `any` stands for each source. */
const SOURCES = ["k8s:", "any:"];
const SECTIONS = { Ingress: ["ingress", "ingressDeny"], Egress: ["egress", "egressDeny"] } as const;

/** A policy with several specs has several selectors, and none by which it is found. */
const selectorOf = ({ root }: StackObject) =>
  root.at("specs").items().length > 0 ? new Field(undefined) : root.at("spec", "endpointSelector");

/**
 * Whether a CiliumNetworkPolicy of the pods' namespace holds them in a direction: it selects them, and has a rule for the
 * direction, which denies what it does not allow unless it says otherwise. Without a direction: whether one selects them.
 */
export function ciliumHolds(stack: Stack, object: StackObject, direction?: "Ingress" | "Egress"): boolean {
  const labels = sourced(podOf(object).labels);
  const candidates = stack.maySelect("cilium.io", "CiliumNetworkPolicy", selectorOf, object.namespace, labels);
  return anyOf(
    candidates,
    (policy) =>
      policy.namespace === object.namespace &&
      someKnown(
        [policy.root.at("spec"), ...policy.root.at("specs").items()],
        (spec) => (direction === undefined || denies(spec, direction)) && selects(spec.at("endpointSelector"), labels),
      ),
  );
}

export function isCiliumPolicy({ group, kind }: StackObject): boolean {
  return group === "cilium.io" && (kind === "CiliumNetworkPolicy" || kind === "CiliumClusterwideNetworkPolicy");
}

/** Lists of entities in the rules of a direction that hold one of these and narrow no ports down. */
export function openEntities(
  policy: StackObject,
  direction: "ingress" | "egress",
  entities: readonly string[],
): Field[] {
  const specs = [policy.root.at("spec"), ...policy.root.at("specs").items()];
  return specs
    .flatMap((spec) => spec.at(direction).items())
    .filter((rule) => rule.at("toPorts").items().length === 0)
    .map((rule) => rule.at(direction === "ingress" ? "fromEntities" : "toEntities"))
    .filter((list) => someKnown(list.items(), (one) => entities.includes(one.text() ?? "")));
}

function denies(spec: Field, direction: "Ingress" | "Egress"): boolean {
  if (spec.at("enableDefaultDeny", direction.toLowerCase()).boolean() === false) return false;
  return someKnown(SECTIONS[direction], (section) => spec.at(section).items().length > 0);
}

/** The labels under each name by which a policy may ask for them. */
function sourced(labels: Field): Field {
  const names = labels
    .entries()
    .flatMap(([key, value]) => ["", ...SOURCES].map((source) => [source + key, raw(value)]));
  return new Field(Object.fromEntries(names));
}

function raw(field: Field): unknown {
  try {
    return field.value;
  } catch (error) {
    if (error instanceof UnknownValue) return UNKNOWN;
    throw error;
  }
}
