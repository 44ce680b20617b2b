import { defineRule, violation } from "../../core/rule.ts";

export const ENFORCE = "pod-security.kubernetes.io/enforce";

export const podSecurityLabelsRequired = defineRule({
  id: "pod-security-labels-required",
  section: "security",
  title: "Every namespace says which level of the pod security standards Kubernetes enforces in it",
  severity: "high",
  why: "without the label the API server lets every pod in, privileged ones too, whoever makes them",
  fix: `metadata.labels: { ${ENFORCE}: restricted }`,
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {
    levels: {
      type: "array",
      items: { type: "string", enum: ["restricted", "baseline", "privileged"] },
      default: ["restricted", "baseline"],
      description: "The levels that will do. privileged enforces nothing.",
    },
  },
  subjects: (object) => object.group === "" && object.kind === "Namespace",
  *check(namespace, { levels }) {
    const label = namespace.root.at("metadata", "labels", ENFORCE);
    if (levels.some((level) => level === label.text())) return;
    yield violation(label, levels.join(" or "), { fix: `${label.path}: ${levels[0] ?? "restricted"}` });
  },
});
