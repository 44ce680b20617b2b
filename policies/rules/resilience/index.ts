import { barePodForbidden } from "./bare-pod-forbidden.ts";
import { jobLimitsRequired } from "./job-limits-required.ts";
import { pdbAllowsEviction } from "./pdb-allows-eviction.ts";
import { pdbRequired } from "./pdb-required.ts";
import { priorityClassRequired } from "./priority-class-required.ts";
import { replicasMin } from "./replicas-min.ts";
import { rollingUpdateRequired } from "./rolling-update-required.ts";
import { spreadRequired } from "./spread-required.ts";
import { statefulsetServiceExists } from "./statefulset-service-exists.ts";
import { zoneLossSurvived } from "./zone-loss-survived.ts";

export const RESILIENCE = [
  replicasMin,
  pdbRequired,
  pdbAllowsEviction,
  spreadRequired,
  zoneLossSurvived,
  rollingUpdateRequired,
  statefulsetServiceExists,
  jobLimitsRequired,
  barePodForbidden,
  priorityClassRequired,
] as const;
