import { type Alert, alertsPlan } from "../observability/alert.ts";

/** Where the collector keeps, of the way from the audit log to the count, what it has read. */
export const BREAK_GLASS_RECEIVER = "filelog/break-glass";
const USED = `otelcol_receiver_accepted_log_records{receiver="${BREAK_GLASS_RECEIVER}"}`;
/** For how long a use is told: longer than any pager takes to notice, and short enough that the next use is a new page. */
const TOLD_FOR = "10m";

/**
 * What an API server's audit policy records of these groups: each request with what was sent, also what is only read. What comes back is left out, since it
 * may be a whole Secret; of Secrets and tokens the policy records no content, whoever asks.
 */
export function breakGlassRecorded(groups: readonly string[]): Record<string, "Request"> {
  return Object.fromEntries(groups.map((group) => [group, "Request"]));
}

/**
 * Counts what these groups do, for an OpenTelemetry collector that can read the API server's audit log in `file`, or in all that fit a pattern, as those that were rotated: a receiver that takes their lines alone,
 * whoever acts as one of them among these. The collector's own count of what it took is the metric. `storage` is an extension that keeps how far it has
 * read; without one, every start counts all again.
 */
export function breakGlassReceiver(groups: readonly string[], file: string, storage: string): Record<string, object> {
  const among = (of: string) => `any(${of}?.groups ?? [], {# in ${JSON.stringify(groups)}})`;
  return {
    [BREAK_GLASS_RECEIVER]: {
      include: [file],
      start_at: "beginning",
      include_file_name: false,
      max_log_size: "2MiB",
      storage,
      retry_on_failure: { enabled: true, max_elapsed_time: "0s" },
      operators: [
        { type: "json_parser", parse_to: "body", on_error: "drop" },
        { type: "filter", expr: `!(${among("body.user")} || ${among("body.impersonatedUser")})` },
      ],
    },
  };
}

const BREAK_GLASS_USED: Alert = {
  name: "BreakGlassUsed",
  severity: "critical",
  // A count that begins with the first use has never been less, so that nothing seems to have been added to it.
  expr: `(sum by (pod) (${USED} unless ${USED} offset ${TOLD_FOR}) > 0) or (sum by (pod) (increase(${USED}[${TOLD_FOR}])) > 0)`,
  lasts: "1m",
  summary: "somebody uses the rights for emergencies; the audit log says who, and does what",
};

/** Has somebody paged a minute or two after the first request with the rights for emergencies, for as long as they are used. */
export function breakGlassAlerts(name: string, namespace: string, runbooks?: string) {
  return alertsPlan({ name, namespace, kind: "platform", runbook: "access", runbooks }, [BREAK_GLASS_USED]);
}
