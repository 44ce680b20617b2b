import type { Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;

export function isAutoscaler(object: StackObject): boolean {
  return object.group === "autoscaling" && object.kind === "HorizontalPodAutoscaler";
}

/** Says so when the workload that an autoscaler names is not in its stack and namespace. */
export function* missingTarget(scaler: StackObject, stack: Stack): Generator<Violation> {
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
}
