import { z } from "zod";
import { isServiceUrl, SERVICE_URL } from "../components/core/index.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { disk, resources, text, whole } from "./fields.ts";

export const dashboardsSchema = z.strictObject({
  /** Metrics of somebody else's Prometheus; by default of that of `monitoring`. */
  prometheus: text(SERVICE_URL, isServiceUrl).exactOptional(),
  /** Grafanas; 2 by default. */
  replicas: whole(2, 10).exactOptional(),
  /** Their PostgreSQL, of three instances: the disk and resources of each, and connections to it. */
  database: z.strictObject({ storage: disk, connections: whole(16, 5_000), resources }),
});

/** What no field of these says alone. */
export function checkDashboards({ tier, dashboards, monitoring, namespaces }: Parsed, report: Report): void {
  if ((dashboards === undefined) !== (namespaces.dashboards === undefined))
    report(
      ["namespaces", "dashboards"],
      dashboards === undefined
        ? "nothing: there are no dashboards"
        : "a quota, since there are dashboards: { cpu, memory, pods, storage }",
    );
  if (dashboards === undefined) return;
  if (tier === "rehearsal") report(["dashboards"], "nothing: a rehearsal cannot run Grafana, whose image it has not");
  else if (dashboards.prometheus === undefined && monitoring === undefined)
    report(["dashboards", "prometheus"], `${SERVICE_URL}; or nothing, with monitoring`);
}
