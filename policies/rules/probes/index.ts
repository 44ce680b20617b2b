import { readinessProbeRequired } from "./readiness-probe-required.ts";

export const PROBES = [readinessProbeRequired] as const;
