export {
  type AlertingArgs,
  type AlertmanagerConfig,
  alertmanagerConfig,
  type Heartbeat,
} from "./alerting/alertmanager-config.ts";
export type { KeyFile, Receiver } from "./alerting/receiver.ts";
export { type WatchdogArgs, watchdogPlan } from "./alerting/watchdog.ts";
export type { DashboardsArgs, Oidc } from "./dashboards/args.ts";
export { Dashboards } from "./dashboards/dashboards.ts";
export type { LoggingArgs, LogStore } from "./logging/args.ts";
export { Logging, type LogIntake } from "./logging/logging.ts";
export type { MonitoringArgs, RemoteWrite } from "./monitoring/args.ts";
export { Monitoring } from "./monitoring/monitoring.ts";
export { Objective, type ObjectiveArgs } from "./objective.ts";
export { type ObjectivePlanArgs, objectivePlan } from "./objective-plan.ts";
export type { ProfilingArgs } from "./profiling/args.ts";
export { Profiling } from "./profiling/profiling.ts";
export type { ScanningArgs, ScanReport, Snyk, SonarQube } from "./scanning/args.ts";
export { Scanning } from "./scanning/scanning.ts";
export { PLATFORM, type Tenant } from "./tenants.ts";
export type { Sampling, TraceStorage, TracingArgs } from "./tracing/args.ts";
export { Tracing } from "./tracing/tracing.ts";
