import { shapesPods, specsOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

export const hostNamespacesForbidden = defineRule({
  id: "host-namespaces-forbidden",
  section: "security",
  title: "No pod shares the network, the processes or the memory of its node",
  severity: "critical",
  why: "it sees the node's traffic, signals and reads its processes, and passes by every network policy",
  fix: "take hostNetwork, hostPID and hostIPC out of the pod's spec",
  frameworks: ["PSS:baseline", "NSA:C-0038", "NSA:C-0041", "CIS-K8s-1.12:C-0041"],
  scope: "resource",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["hostNetwork", "hostPID", "hostIPC"] },
      default: ["hostNetwork", "hostPID", "hostIPC"],
      description: "What must not be shared.",
    },
  },
  subjects: shapesPods,
  *check(object, { fields }) {
    const shared = specsOf(object).flatMap((spec) => fields.map((name) => spec.at(name)));
    yield* eachKnown(shared, function* (field) {
      if (field.boolean()) yield violation(field, "false, or not set", { fix: `${field.path}: false` });
    });
  },
});
