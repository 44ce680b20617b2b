import type { Alert } from "../../observability/alert.ts";
import type { Panel } from "../../observability/dashboards/panel.ts";
import type { CompletePooler } from "./pooler-args.ts";
import { poolerName } from "./pooler-plan.ts";

/** A transaction of a service takes milliseconds: whoever waits a second for his turn waits behind hundreds. */
const WAITS_SECONDS = 1;

/** What is watched of a pooler, by the metrics that CloudNativePG's manager has in each of its pods. */
export function watchedPooler(
  name: string,
  namespace: string,
  { instances }: Pick<CompletePooler, "instances">,
): { alerts: Alert[]; panels: Panel[] } {
  const of = (metric: string) => `cnpg_pgbouncer_${metric}{namespace="${namespace}",pod=~"${poolerName(name)}-.+"}`;
  // A pod that cannot ask its PgBouncer says so, and one that is gone says nothing.
  const answering = `(count(${of("last_collection_error")} == 0) or vector(0))`;
  return {
    alerts: [
      {
        name: "PostgresPoolerDown",
        severity: "critical",
        expr: `${answering} < 1`,
        lasts: "1m",
        summary: "no pod of the pooler answers: whoever owns a database cannot reach it",
      },
      {
        name: "PostgresPoolerMissing",
        severity: "warning",
        expr: `${answering} < ${instances}`,
        lasts: "10m",
        summary: `fewer than ${instances} pods of the pooler answer: the next loss may stop writes`,
      },
      {
        name: "PostgresPoolerWaiting",
        severity: "warning",
        expr: `max by (database, user) (${of("pools_maxwait")}) > ${WAITS_SECONDS}`,
        lasts: "5m",
        summary: `{{ $labels.user }} waits for more than ${WAITS_SECONDS} s for a connection to {{ $labels.database }}`,
      },
    ],
    panels: [
      { title: "Pooler: clients that wait", queries: { "{{user}}": `sum by (user) (${of("pools_cl_waiting")})` } },
      {
        title: "Pooler: connections to the server",
        queries: {
          "{{user}} busy": `sum by (user) (${of("pools_sv_active")})`,
          "{{user}} idle": `sum by (user) (${of("pools_sv_idle")})`,
        },
      },
      {
        title: "Pooler: transactions",
        unit: "ops",
        queries: { "{{database}}": `sum by (database) (rate(${of("stats_total_xact_count")}[5m]))` },
      },
    ],
  };
}
