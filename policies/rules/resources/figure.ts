import type { Field } from "../../core/field.ts";
import { type Container, containersOf, podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** What a pod may state for all its containers together (Kubernetes 1.34 and later). */
export const OF_POD = new Set(["cpu", "memory"]);

/** Containers that may state what they need; Kubernetes refuses it on ephemeral ones. */
export function sizedContainersOf(object: StackObject): Container[] {
  return containersOf(object).filter(({ role }) => role !== "ephemeral");
}

/** Where a container's limit or request of a resource stands: in the container, or else in its pod. */
export function figureOf(
  object: StackObject,
  container: Container,
  kind: "limits" | "requests",
  resource: string,
): Field {
  const own = container.field.at("resources", kind, resource);
  if (!OF_POD.has(resource) || !own.absent) return own;
  const shared = podOf(object).spec.at("resources", kind, resource);
  return shared.absent ? own : shared;
}
