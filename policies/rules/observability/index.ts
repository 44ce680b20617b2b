import { alertHasRunbook } from "./alert-has-runbook.ts";
import { alertPerSlo } from "./alert-per-slo.ts";
import { alertmanagerConfigSound } from "./alertmanager-config-sound.ts";
import { criticalAlertPages } from "./critical-alert-pages.ts";

export const OBSERVABILITY = [alertPerSlo, criticalAlertPages, alertmanagerConfigSound, alertHasRunbook] as const;
