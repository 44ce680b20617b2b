import type { Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

const nameOf = (object: StackObject) => `${object.namespace}/${object.name}`;

export function isAutoscaler(object: StackObject): boolean {
  return object.group === "autoscaling" && object.kind === "HorizontalPodAutoscaler";
}

/** The workload that an autoscaler names, if it is in its stack and namespace. */
export function targetOf(scaler: StackObject, stack: Stack): StackObject | undefined {
  const ref = scaler.root.at("spec", "scaleTargetRef");
  const apiVersion = ref.at("apiVersion").text() ?? "apps/v1";
  const group = apiVersion.includes("/") ? apiVersion.slice(0, apiVersion.indexOf("/")) : "";
  const name = ref.at("name").text() ?? "";
  return stack.find(group, ref.at("kind").text() ?? "", nameOf, `${scaler.namespace}/${name}`);
}

/** Says so when the workload that an autoscaler names is not in its stack and namespace. */
export function* missingTarget(scaler: StackObject, stack: Stack): Generator<Violation> {
  if (targetOf(scaler, stack)) return;
  const ref = scaler.root.at("spec", "scaleTargetRef");
  const kind = ref.at("kind").text() || "object";
  yield {
    path: ref.at("name").path,
    given: `${JSON.stringify(ref.at("name").text() ?? "")}, and there is no ${kind} of that name in ${scaler.namespace}`,
    wanted: "the name of a workload in the same namespace",
  };
}
