import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { parsed } from "./image-reference.ts";
import { eachImage } from "./pulled-image.ts";

export const imageTagPinned = defineRule({
  id: "image-tag-pinned",
  section: "containers",
  title: "Every image is named with a version: a tag that stays, or a digest",
  severity: "high",
  why: "a floating tag means another program after the next restart: nobody can say what runs, or go back to it",
  fix: "image: <repository>:<version>, or <repository>@sha256:<digest>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {
    tags: {
      type: "array",
      items: { type: "string" },
      default: ["latest"],
      description: "Tags that are known to move.",
    },
  },
  subjects: shapesPods,
  *check(object, { tags }) {
    yield* eachImage(object, function* (image) {
      const { repository, tag, digest } = parsed(image.text() ?? "");
      if (digest || (tag && !tags.includes(tag))) return;
      yield violation(image, tag ? `a tag other than ${tags.join(", ")}` : "a tag or a digest", {
        fix: `${image.path}: ${repository || "<repository>"}:<version>`,
      });
    });
  },
});
