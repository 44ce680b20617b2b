import type { Field } from "../../core/field.ts";
import { isOperated, operatedFields } from "../../core/operated.ts";
import { containersOf, podVolumesOf } from "../../core/pods.ts";
import { type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** An image that a pod has its node pull: what a container runs, or what a volume shows. */
export interface PulledImage {
  readonly image: Field;
  /** When it is pulled: Always, IfNotPresent or Never. */
  readonly policy: Field;
}

/** Every image of the pod that an object makes; of one that an operator makes of it, those that the object names. */
export function* pulledImages(object: StackObject): Generator<PulledImage> {
  const operated = isOperated(object);
  for (const pulled of imagesOf(object)) if (!operated || pulled.image.text()) yield pulled;
}

function* imagesOf(object: StackObject): Generator<PulledImage> {
  for (const image of operatedFields(object, "images"))
    yield { image, policy: object.root.at("spec", "imagePullPolicy") };
  for (const { field } of containersOf(object)) yield { image: field.at("image"), policy: field.at("imagePullPolicy") };
  for (const volume of podVolumesOf(object)) {
    const source = volume.at("image");
    if (!source.absent) yield { image: source.at("reference"), policy: source.at("pullPolicy") };
  }
}

/** Judges every image of an object; parts of a name that an operator would join are wrong whatever is wanted of images. */
export function* eachImage(
  object: StackObject,
  judge: (image: Field) => Iterable<Violation>,
): Generator<Violation, void, undefined> {
  yield* eachKnown(judged(object, judge), (one) => one());
}

function* judged(
  object: StackObject,
  judge: (image: Field) => Iterable<Violation>,
): Generator<() => Iterable<Violation>> {
  for (const part of operatedFields(object, "imageParts")) yield () => leftOut(part);
  for (const { image } of pulledImages(object)) yield () => judge(image);
}

function* leftOut(part: Field): Generator<Violation> {
  if (part.text()) yield violation(part, "not set: image names the whole of it", { fix: `${part.path}: ""` });
}
