import { alertHasRunbook } from "./alert-has-runbook.ts";
import { alertPerSlo } from "./alert-per-slo.ts";
import { alertmanagerConfigSound } from "./alertmanager-config-sound.ts";
import { criticalAlertPages } from "./critical-alert-pages.ts";
import { dashboardPerService } from "./dashboard-per-service.ts";
import { monitoringConfigSelected } from "./monitoring-config-selected.ts";
import { scrapeTargetExists } from "./scrape-target-exists.ts";
import { telemetryEnvironmentSet } from "./telemetry-environment-set.ts";

export const OBSERVABILITY = [
  scrapeTargetExists,
  monitoringConfigSelected,
  alertPerSlo,
  criticalAlertPages,
  alertmanagerConfigSound,
  alertHasRunbook,
  telemetryEnvironmentSet,
  dashboardPerService,
] as const;
