import type { Field } from "../../core/field.ts";
import { containersOf, specsOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** The security context of each container. */
export function* containerContexts(object: StackObject): Generator<Field> {
  for (const { field } of containersOf(object)) yield field.at("securityContext");
}

/** The security context of the pod, or of each that an operator is told of, then of each container. */
export function* securityContexts(object: StackObject): Generator<Field> {
  for (const spec of specsOf(object)) yield spec.at("securityContext");
  yield* containerContexts(object);
}

/** Where a setting of a container stands: with itself, else with the pod; with itself too if nobody says anything. */
export function settingOf(container: Field, pod: Field, name: string): Field {
  const own = container.at(name);
  const inherited = pod.at(name);
  return own.absent && !inherited.absent ? inherited : own;
}
