import { hpaTargetExists } from "./hpa-target-exists.ts";

export const AUTOSCALING = [hpaTargetExists] as const;
