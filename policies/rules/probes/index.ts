import { gracefulShutdownRequired } from "./graceful-shutdown-required.ts";
import { livenessProbeRequired } from "./liveness-probe-required.ts";
import { probePortDeclared } from "./probe-port-declared.ts";
import { probesNotIdentical } from "./probes-not-identical.ts";
import { readinessProbeRequired } from "./readiness-probe-required.ts";
import { startupProbeForSlowStart } from "./startup-probe-for-slow-start.ts";
import { terminationGraceLongerThanDrain } from "./termination-grace-longer-than-drain.ts";

export const PROBES = [
  readinessProbeRequired,
  livenessProbeRequired,
  probesNotIdentical,
  probePortDeclared,
  startupProbeForSlowStart,
  gracefulShutdownRequired,
  terminationGraceLongerThanDrain,
] as const;
