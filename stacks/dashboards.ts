import { Namespace } from "../components/cluster/index.ts";
import { Postgres } from "../components/data/index.ts";
import type { Issuer } from "../components/edge/index.ts";
import { Dashboards, type Monitoring } from "../components/observability/index.ts";
import type { Ground } from "./ground.ts";
import { metricsFrom } from "./monitoring.ts";
import { type Objects, savedTo } from "./objects.ts";
import type { telemetryOf } from "./telemetry.ts";

/** What Grafana shows and asks, and what its database needs. */
interface Shown {
  /** Namespaces whose dashboards it shows. */
  readonly shows: readonly Namespace[];
  readonly monitoring: Monitoring | undefined;
  readonly telemetry: ReturnType<typeof telemetryOf>;
  readonly issuer: Issuer;
  readonly objects: Objects;
}

/** Makes Grafana, with a database of its own; none where an environment has no `dashboards`. */
export function makeDashboards(ground: Ground, { shows, monitoring, telemetry, issuer, objects }: Shown): void {
  const { environment, on, placed, kept } = ground;
  const { dashboards, namespaces } = environment;
  const prometheus = metricsFrom(dashboards?.prometheus, monitoring);
  if (dashboards === undefined || namespaces.dashboards === undefined || prometheus === undefined) return;
  const { database, prometheus: _, ...sizes } = dashboards;
  const namespace = new Namespace("shop-dashboards", { quota: namespaces.dashboards }, on);
  // Not the shop's own: who looks for what is wrong with that one must get in.
  const own = { namespace, issuer, ...database, databases: ["grafana"] } as const;
  const saved = savedTo(objects, "backups", ground);
  const postgres = new Postgres("dashboards-db", { ...placed, ...kept, ...saved, ...own }, on);
  const { tracing, logging, profiling, tenants } = telemetry ?? {};
  new Dashboards(
    "grafana",
    {
      namespace,
      database: postgres.database("grafana").owner,
      shows,
      prometheus,
      ...(logging?.query && tenants && { loki: { from: logging.query, tenants } }),
      ...(tracing && { traces: { kind: "jaeger", from: tracing.query } }),
      ...(profiling && tenants && { profiles: { from: profiling.query, tenants } }),
      ...placed,
      ...sizes,
    },
    on,
  );
}
