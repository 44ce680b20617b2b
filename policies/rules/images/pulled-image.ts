import type { Field } from "../../core/field.ts";
import { containersOf, podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** An image that a pod has its node pull: what a container runs, or what a volume shows. */
export interface PulledImage {
  readonly image: Field;
  /** When it is pulled: Always, IfNotPresent or Never. */
  readonly policy: Field;
}

/** Every image of the pod that an object makes. */
export function* pulledImages(object: StackObject): Generator<PulledImage> {
  for (const { field } of containersOf(object)) yield { image: field.at("image"), policy: field.at("imagePullPolicy") };
  for (const volume of podOf(object).spec.at("volumes").items()) {
    const source = volume.at("image");
    if (!source.absent) yield { image: source.at("reference"), policy: source.at("pullPolicy") };
  }
}
