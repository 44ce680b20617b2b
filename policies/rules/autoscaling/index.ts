import { hpaMetricRequested } from "./hpa-metric-requested.ts";
import { hpaMinReplicas } from "./hpa-min-replicas.ts";
import { hpaOwnsReplicas } from "./hpa-owns-replicas.ts";
import { hpaScaleDownStabilised } from "./hpa-scale-down-stabilised.ts";
import { hpaTargetExists } from "./hpa-target-exists.ts";

export const AUTOSCALING = [
  hpaTargetExists,
  hpaMetricRequested,
  hpaMinReplicas,
  hpaOwnsReplicas,
  hpaScaleDownStabilised,
] as const;
