import type { Step } from "./events.ts";

/** A resource as people call it: `shop/orders`, `Deployment`. */
export interface ResourceName {
  /** Namespace and name of a Kubernetes object, else the name in the program. */
  readonly label: string;
  /** The last part of its type: `Deployment`, `RandomPassword`, `Microservice`. */
  readonly kind: string;
}

/** The parts of a URN: `urn:pulumi:<stack>::<project>::<parent types>$<type>::<name>`. */
export function urnParts(urn: string): {
  readonly type: string;
  /** Types of the components that it is a part of, the outermost first. */
  readonly parents: readonly string[];
  readonly name: string;
} {
  const [, , types = "", ...name] = urn.split("::");
  const all = types.split("$");
  return { type: all.at(-1) ?? "", parents: all.slice(0, -1), name: name.join("::") };
}

/** Names a resource from its URN alone. */
export function nameOf(urn: string): ResourceName {
  const { type, name } = urnParts(urn);
  return { label: name, kind: kindOf(type) };
}

/** Names the resource of a step, preferring what the cluster calls it. */
export function nameOfStep(step: Pick<Step, "urn" | "new" | "old">): ResourceName {
  const fallback = nameOf(step.urn);
  return { ...fallback, label: objectName((step.new ?? step.old)?.inputs) ?? fallback.label };
}

/** `namespace/name` of a Kubernetes object's inputs, or its name alone where it lies in no namespace. */
export function objectName(inputs: unknown): string | undefined {
  const metadata = (inputs as { metadata?: { name?: unknown; namespace?: unknown } } | null | undefined)?.metadata;
  if (typeof metadata?.name !== "string" || metadata.name === "") return undefined;
  return typeof metadata.namespace === "string" && metadata.namespace !== ""
    ? `${metadata.namespace}/${metadata.name}`
    : metadata.name;
}

function kindOf(type: string): string {
  return type.split(":").at(-1) ?? type;
}
