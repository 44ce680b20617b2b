import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import { type Alert, sinceItEndedWell } from "../../observability/alert.ts";
import { DRILL_DAYS, type DrillEvery } from "../backup-shape.ts";

const DAY_SECONDS = 86_400;

export interface WatchedDrill {
  /** With which the alert's name begins, such as `Redis`. */
  readonly kind: string;
  readonly namespace: string;
  readonly cronJob: string;
  readonly every: DrillEvery | OptOut;
  /** Seconds that a drill may take. */
  readonly takes: number;
}

/**
 * Tells somebody a day after a drill should have ended well and none did: it failed, or did not run. Nothing is lost then, and nobody knows
 * any more that a restore would work. None where there is no drill.
 */
export function drillAlerts({ kind, namespace, cronJob, every, takes }: WatchedDrill): Alert[] {
  if (isOptOut(every)) return [];
  const days = DRILL_DAYS[every] + 1;
  return [
    {
      name: `${kind}RestoreDrillLate`,
      severity: "warning",
      expr: `${sinceItEndedWell(namespace, cronJob)} > ${days * DAY_SECONDS + takes}`,
      lasts: "10m",
      summary: `for ${days} days no drill has restored a backup: nobody knows that it would work`,
    },
  ];
}
