import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { parsed, pinned } from "./image-reference.ts";
import { eachImage } from "./pulled-image.ts";

export const imageDigestRequired = defineRule({
  id: "image-digest-required",
  section: "containers",
  title: "Every image is named by its digest",
  severity: "medium",
  why: "who can push to the registry can put another program under any tag; a digest names the very bytes that were tested",
  fix: "image: <repository>:<version>@sha256:<digest>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    yield* eachImage(object, function* (image) {
      const reference = parsed(image.text() ?? "");
      if (pinned(reference)) return;
      const name = `${reference.repository || "<repository>"}:${reference.tag || "<version>"}`;
      yield violation(image, "a name that ends in @sha256:<digest>", { fix: `${image.path}: ${name}@sha256:<digest>` });
    });
  },
});
