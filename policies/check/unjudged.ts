import { evaluate, type Finding } from "../core/evaluate.ts";
import type { Resource } from "../core/resource.ts";
import type { Rule } from "../core/rule.ts";

/**
 * A note for each kind of object that no rule knows: nobody should take silence for a pass. Rules that speak of objects of
 * any kind, of their labels or of secrets in them, say the same of a stranger. In the order of the kinds' names.
 */
export function unjudgedKinds(
  resources: readonly Resource[],
  findings: readonly Finding[],
  rules: readonly Rule[],
): string[] {
  const byType = Map.groupBy(resources, ({ type }) => type);
  const strangers = Array.from(byType, ([type, [first]]) => strangerTo(type, first?.props ?? {}));
  const general = new Set(
    evaluate(strangers, { rules, today: new Date(0) }).map(({ rule, object }) => `${rule.id} ${object.resource.name}`),
  );
  const known = new Set(
    findings
      .filter(({ rule, object: { resource } }) => !general.has(`${rule.id} ${resource.type}`))
      .map(({ object }) => object.resource.type),
  );
  return [...byType]
    .filter(([type]) => !known.has(type))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([type, { length }]) => `${length} ${length === 1 ? "object" : "objects"} of ${type}, a kind that no rule knows`,
    );
}

/** What says the same, and is of a kind that nobody knows; it is called as the type that it stands for. */
function strangerTo(type: string, props: Resource["props"]): Resource {
  if (type.startsWith("kubernetes:"))
    return {
      type: "kubernetes:stranger.invalid/v1:Stranger",
      name: type,
      props: { ...props, apiVersion: "stranger.invalid/v1", kind: "Stranger" },
    };
  return { type: `${type.slice(0, type.indexOf(":"))}:stranger/stranger:Stranger`, name: type, props };
}
