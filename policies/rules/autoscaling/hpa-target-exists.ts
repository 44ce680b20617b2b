import { defineRule } from "../../core/rule.ts";
import { isAutoscaler, missingTarget } from "./target.ts";

export const hpaTargetExists = defineRule({
  id: "hpa-target-exists",
  section: "scalability",
  title: "A HorizontalPodAutoscaler names a workload of its stack and namespace",
  severity: "high",
  why: "an autoscaler without its target does nothing, in silence: the service does not grow under load",
  fix: "spec.scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: <workload> }",
  frameworks: [],
  scope: "stack",
  exemptable: true,
  params: {},
  subjects: isAutoscaler,
  check: (scaler, _params, stack) => missingTarget(scaler, stack),
});
