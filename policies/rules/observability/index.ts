import { alertHasRunbook } from "./alert-has-runbook.ts";
import { alertPerSlo } from "./alert-per-slo.ts";
import { alertmanagerConfigSound } from "./alertmanager-config-sound.ts";
import { collectorPipelineSound } from "./collector-pipeline-sound.ts";
import { criticalAlertPages } from "./critical-alert-pages.ts";
import { dashboardPerService } from "./dashboard-per-service.ts";
import { logsCollected } from "./logs-collected.ts";
import { monitoringConfigSelected } from "./monitoring-config-selected.ts";
import { scrapeTargetExists } from "./scrape-target-exists.ts";
import { telemetryEnvironmentSet } from "./telemetry-environment-set.ts";
import { watchdogRequired } from "./watchdog-required.ts";

export const OBSERVABILITY = [
  scrapeTargetExists,
  monitoringConfigSelected,
  alertPerSlo,
  criticalAlertPages,
  alertmanagerConfigSound,
  alertHasRunbook,
  watchdogRequired,
  telemetryEnvironmentSet,
  collectorPipelineSound,
  logsCollected,
  dashboardPerService,
] as const;
