import { selector } from "../../core/labels.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { type Alert, diskAlerts } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import type { CompleteConsul } from "./args.ts";
import { names, serverName } from "./config.ts";
import { SERVER } from "./plan.ts";

/** Milliseconds. Consul's own limit for a server that follows its leader well is 200 ms; a write that takes longer shows at every registration. */
const SLOW_COMMIT_MS = 200;

/** What is watched of the servers, and of the sync. */
export function watched(name: string, args: CompleteConsul): Watched {
  const namespace = args.namespace.name;
  const { server, metrics, sync } = names(name);
  const pods = `namespace="${namespace}",pod=~"${server}-[0-9]+"`;
  const of = (metric: string, more = "") => `consul_${metric}{${pods}${more}}`;
  const up = `(count(up{${pods}} == 1) or vector(0))`;
  const commits = `max by (pod) (${of("raft_commitTime", ',quantile="0.99"')})`;
  const each = (metric: string) => `sum by (pod) (rate(${of(metric)}[5m]))`;
  const alerts: Alert[] = [
    {
      name: "ConsulNoLeader",
      severity: "critical",
      expr: `(sum(${of("server_isLeader")}) or vector(0)) < 1`,
      lasts: "1m",
      summary: "no server leads: nothing registers, no health is taken in, and names tell what was true before",
    },
    ...(args.servers > 1
      ? ([
          {
            name: "ConsulServerDown",
            severity: "warning",
            expr: `${up} < ${args.servers}`,
            lasts: "5m",
            summary: `only {{ $value }} of ${args.servers} servers answer: the next loss may stop writes`,
          },
          {
            name: "ConsulUnhealthy",
            severity: "warning",
            expr: `min(${of("autopilot_healthy")}) < 1`,
            lasts: "5m",
            summary: "autopilot finds a server that does not follow its leader",
          },
        ] as const)
      : []),
    {
      name: "ConsulCommitsSlow",
      severity: "warning",
      expr: `${commits} > ${SLOW_COMMIT_MS}`,
      lasts: "10m",
      summary: `a hundredth of the writes of {{ $labels.pod }} takes longer than ${SLOW_COMMIT_MS} ms`,
    },
    ...diskAlerts("Consul", namespace, `data-${server}-[0-9]+`),
    ...(args.catalogSync ? [syncAlert(namespace, sync)] : []),
  ];
  return {
    title: "Consul",
    runbook: "consul",
    pods: selector(name, SERVER),
    scrapes: [
      {
        port: "api",
        path: "/v1/agent/metrics",
        params: { format: ["prometheus"] },
        tls: { secret: certificateSecret(server), serverName: serverName(args) },
        bearer: { secret: metrics, key: "token" },
      },
    ],
    alerts,
    panels: [
      { title: "Servers", queries: { answer: up, lead: `sum(${of("server_isLeader")})` } },
      { title: "Servers that may be lost", queries: { now: `max(${of("autopilot_failure_tolerance")})` } },
      { title: "Writes", unit: "ops", queries: { "{{pod}}": each("raft_apply") } },
      { title: "Time of a write, 99 of 100", unit: "ms", queries: { "{{pod}}": commits } },
      {
        title: "Services and instances",
        queries: {
          services: `max(${of("state_services")})`,
          instances: `max(${of("state_service_instances")})`,
          nodes: `max(${of("state_nodes")})`,
        },
      },
      { title: "Questions of DNS", unit: "ops", queries: { "{{pod}}": each("dns_domain_query_count") } },
      { title: "Memory", unit: "bytes", queries: { "{{pod}}": of("runtime_alloc_bytes") } },
    ],
  };
}

/** consul-k8s 1.0 has no metrics: whether its pod is ready tells that it has found the servers. */
function syncAlert(namespace: string, deployment: string): Alert {
  const available = `kube_deployment_status_replicas_available{namespace="${namespace}",deployment="${deployment}"}`;
  return {
    name: "ConsulSyncDown",
    severity: "warning",
    expr: `(max(${available}) or vector(0)) < 1`,
    lasts: "10m",
    summary: "the catalog of Consul does not follow the cluster: services that are gone are still told outside",
  };
}
