import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";
import { isAutoscaler } from "./target.ts";

/** What Kubernetes takes when nothing is said (v1.36: horizontal.defaultHPADownscaleStabilizationWindow). */
export const DEFAULT_WINDOW = 300;

export const hpaScaleDownStabilised = defineRule({
  id: "hpa-scale-down-stabilised",
  section: "scalability",
  title: "A HorizontalPodAutoscaler waits before it takes replicas away",
  severity: "medium",
  why: "without a window a dip of seconds stops pods that the next second needs: load that comes in waves meets cold starts",
  fix: "spec.behavior.scaleDown: { stabilizationWindowSeconds: 300 }",
  frameworks: [],
  scope: "resource",
  optOut: "scaleDown",
  exemptable: true,
  params: {
    minSeconds: {
      type: "integer",
      minimum: 0,
      default: 60,
      description: "For how many seconds at least the load must be low before replicas go. Kubernetes waits 300.",
    },
  },
  subjects: isAutoscaler,
  *check(scaler, { minSeconds }) {
    const down = scaler.root.at("spec", "behavior", "scaleDown");
    const window = down.at("stabilizationWindowSeconds");
    const seconds = window.number() ?? DEFAULT_WINDOW;
    if (seconds >= minSeconds || neverScales(down)) return;
    yield {
      path: window.path,
      given: window.shown(),
      wanted: `at least ${minSeconds} seconds`,
      fix: `${window.path}: ${Math.max(minSeconds, DEFAULT_WINDOW)}`,
    };
  },
});

function neverScales(down: Field): boolean {
  return down.at("selectPolicy").text() === "Disabled";
}
