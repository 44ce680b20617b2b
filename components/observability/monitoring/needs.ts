import type { Need } from "../../cluster/room.ts";
import { ALERTMANAGER } from "./alertmanager-plan.ts";
import { type MonitoringArgs, replicasOf } from "./args.ts";
import { RESOURCES as OF_STATE } from "./kube-state-metrics.ts";
import { RESOURCES as OF_NODES } from "./node-exporter.ts";

interface Args extends Pick<MonitoringArgs, "zones" | "storage" | "resources" | "replication"> {
  /** Whether anybody is told of anything: there is no Alertmanager otherwise. */
  readonly pages: boolean;
}

/** What a Monitoring takes of its namespace's quota, at least: node-exporter is on every node, and each zone has one or more. */
export function monitoringNeeds({ zones, storage, resources, replication, pages }: Args): Need[] {
  const replicas = replicasOf(replication);
  return [
    { what: "Prometheus", pods: replicas.prometheus, resources, disk: storage },
    ...(pages ? [{ what: "Alertmanager", pods: replicas.alertmanager, ...ALERTMANAGER }] : []),
    { what: "kube-state-metrics", pods: 1, resources: OF_STATE },
    { what: "node-exporter", pods: zones.length, resources: OF_NODES },
  ];
}
