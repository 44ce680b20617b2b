import type { Field } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";

const PREFIX = "plumbline.dev/objective.";

/** What a service promises: `availability`, `latency-p99`. */
interface Objective {
  readonly name: string;
  readonly field: Field;
}

/** The objectives that an object declares in its annotations. */
export function objectivesOf(object: StackObject): Objective[] {
  if (object.kind === undefined) return [];
  return object.root
    .at("metadata", "annotations")
    .entries()
    .filter(([key]) => key.startsWith(PREFIX))
    .map(([key, field]) => ({ name: key.slice(PREFIX.length), field }));
}
