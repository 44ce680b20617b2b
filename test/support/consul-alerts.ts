import { completeConsul } from "../../components/discovery/consul/args.ts";
import { watched } from "../../components/discovery/consul/monitoring.ts";
import { disk, one, type Series, STORE, type Tried } from "./alert-series.ts";

const server = (metric: string, index: number, more = "") =>
  `consul_${metric}{namespace="data",pod="dc-server-${index}"${more}}`;
const each = (metric: string, ...values: number[]): Series =>
  Object.fromEntries(values.map((value, index) => [server(metric, index), `${value}x60`]));
const answering = (...values: number[]): Series =>
  Object.fromEntries(values.map((value, index) => [`up{namespace="data",pod="dc-server-${index}"}`, `${value}x60`]));
const commits = (milliseconds: number, quantile = "0.99"): Series =>
  one(server("raft_commitTime", 0, `,quantile="${quantile}"`), `${milliseconds}x60`);
const syncs = (available: number): Series =>
  one('kube_deployment_status_replicas_available{namespace="data",deployment="dc-catalog-sync"}', `${available}x60`);

/** A Consul with three servers and the sync of the catalog. */
export const CONSUL: Tried = {
  watched: watched("dc", completeConsul({ kind: "consul", ...STORE, catalogSync: { namespaces: ["shop"] } })),
  told: {
    ConsulNoLeader: { fires: each("server_isLeader", 0, 0, 0), silent: each("server_isLeader", 0, 1, 0), without: {} },
    ConsulServerDown: { fires: answering(1, 0, 1), silent: answering(1, 1, 1), without: {} },
    ConsulUnhealthy: { fires: each("autopilot_healthy", 1, 0, 1), silent: each("autopilot_healthy", 1, 1, 1) },
    ConsulCommitsSlow: { fires: commits(201), silent: { ...commits(200), ...commits(900, "0.9") } },
    ConsulDiskFilling: { fires: disk("data-dc-server-1", 19), silent: disk("data-dc-server-1", 21) },
    ConsulDiskFull: { fires: disk("data-dc-server-1", 9), silent: disk("data-other-1", 9) },
    ConsulSyncDown: { fires: syncs(0), silent: syncs(1), without: {} },
  },
};
