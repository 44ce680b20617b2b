import { makesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { parsed, pinned } from "./image-reference.ts";
import { pulledImages } from "./pulled-image.ts";

export const imagePullPolicyAlways = defineRule({
  id: "image-pull-policy-always",
  section: "containers",
  title: "An image without a digest is asked for at its registry at each start",
  severity: "low",
  why: "else a pod runs whatever its node once pulled under that tag, and starts images that it has no right to pull",
  fix: "imagePullPolicy: Always, or an image with @sha256:<digest>",
  frameworks: [],
  scope: "resource",
  optOut: "imagePullPolicy",
  exemptable: true,
  params: {
    defaulting: {
      type: "boolean",
      default: true,
      description:
        "Whether what is not set may do: Kubernetes then pulls the tag latest, and images without a tag, always.",
    },
  },
  subjects: makesPods,
  *check(object, { defaulting }) {
    yield* eachKnown(pulledImages(object), function* ({ image, policy }) {
      const reference = parsed(image.text() ?? "");
      if (pinned(reference)) return;
      const floats = reference.tag === undefined || reference.tag === "latest";
      if (policy.absent ? defaulting && floats : policy.text() === "Always") return;
      yield violation(policy, "Always", { fix: `${policy.path}: Always` });
    });
  },
});
