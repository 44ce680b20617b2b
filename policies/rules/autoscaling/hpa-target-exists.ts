import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;

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
  subjects: (object) => object.group === "autoscaling" && object.kind === "HorizontalPodAutoscaler",
  *check(scaler, _params, stack) {
    const ref = scaler.root.at("spec", "scaleTargetRef");
    const apiVersion = ref.at("apiVersion").text() ?? "apps/v1";
    const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
    const kind = ref.at("kind").text() ?? "";
    const name = ref.at("name").text() ?? "";
    if (stack.find(group, kind, nameOf, `${scaler.namespace}/${name}`)) return;
    yield {
      path: ref.at("name").path,
      given: `${JSON.stringify(name)}, and there is no ${kind || "object"} of that name in ${scaler.namespace}`,
      wanted: "the name of a workload in the same namespace",
    };
  },
});
