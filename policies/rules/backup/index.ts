import { backupAlertRequired } from "./backup-alert-required.ts";
import { backupCoversStateful } from "./backup-covers-stateful.ts";
import { restoreDrillRequired } from "./restore-drill-required.ts";
import { restoreDrillWithinRto } from "./restore-drill-within-rto.ts";

export const BACKUP = [backupCoversStateful, restoreDrillRequired, restoreDrillWithinRto, backupAlertRequired] as const;
