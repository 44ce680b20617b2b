import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { spellings } from "./image-reference.ts";
import { eachImage } from "./pulled-image.ts";

export const imageRegistryAllowed = defineRule({
  id: "image-registry-allowed",
  section: "containers",
  title: "Images come from registries that the platform trusts",
  severity: "high",
  why: "an image from anywhere is a program from anyone, unscanned; and pods cannot start while that registry is away",
  fix: "image: a copy of it in a registry that is allowed",
  frameworks: ["CIS-EKS-1.8:C-0078"],
  scope: "resource",
  exemptable: true,
  params: {
    allow: {
      type: "array",
      items: { type: "string" },
      default: [],
      description:
        "Regular expressions, one of which an image's name must match. None: every image will do that is not denied." +
        " nginx is tried as docker.io/library/nginx too.",
    },
    deny: {
      type: "array",
      items: { type: "string" },
      // Frozen since April 2023: what it holds gets no fixes.
      default: ["^k8s\\.gcr\\.io/"],
      description: "Regular expressions that an image's name must not match, in any of its spellings.",
    },
  },
  subjects: shapesPods,
  *check(object, { allow, deny }) {
    const [good, bad] = [allow, deny].map((patterns) => patterns.map((pattern) => new RegExp(pattern)));
    yield* eachImage(object, function* (image) {
      const written = image.text();
      if (written === undefined) return;
      const names = spellings(written);
      const matches = (pattern: RegExp) => names.some((name) => pattern.test(name));
      if (bad?.some(matches)) yield violation(image, `an image that matches none of ${deny.join(", ")}`);
      else if (good?.length && !good.some(matches))
        yield violation(image, `an image that matches ${allow.join(" or ")}`);
    });
  },
});
