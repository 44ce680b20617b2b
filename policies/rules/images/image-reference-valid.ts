import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { problemOf } from "./image-reference.ts";
import { eachImage } from "./pulled-image.ts";

export const imageReferenceValid = defineRule({
  id: "image-reference-valid",
  section: "containers",
  title: "Every image has a name that a runtime can read",
  severity: "high",
  why: "Kubernetes takes any text for an image; the pod then stays in InvalidImageName and never starts",
  fix: "image: [<registry>/]<repository>[:<tag>][@sha256:<digest>], with the repository in small letters",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    yield* eachImage(object, function* (image) {
      const name = image.text();
      const problem = name === undefined ? undefined : problemOf(name);
      if (problem !== undefined)
        yield violation(image, "the name of an image", { given: `${image.shown()}, which ${problem}` });
    });
  },
});
