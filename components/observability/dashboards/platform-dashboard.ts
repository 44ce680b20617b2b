import type { DashboardOf, Row } from "./dashboard-plan.ts";

const NEARLY_FULL = 0.9;
const DAY_SECONDS = 24 * 3_600;
/** cert-manager renews when a third of the lifetime is left; the shortest of ours live for 30 days. */
const ENDS_SOON = 7 * DAY_SECONDS;
/** What is no disk of the machine's own. */
const DISKS = 'fstype!~"tmpfs|ramfs|overlay|squashfs|nsfs|fuse.*",mountpoint!~"/var/lib/kubelet/.+|/run/.*"';
/** Pods that did what they were for are not ready any more, and need not be. */
const AT_WORK = 'on (namespace, pod) (kube_pod_status_phase{phase="Succeeded"} == 1)';

/** What is said about the platform's dashboard. */
export function platformDashboard(name: string, namespace: string, runbooks: string | undefined): DashboardOf {
  return {
    name,
    namespace,
    title: "Platform",
    kind: "platform",
    ...(runbooks && { links: { Runbooks: runbooks } }),
  };
}

/**
 * What everybody's services stand on, by what kube-state-metrics, node exporters, kubelets, cert-manager and Prometheus itself tell, under the
 * names that those give it: a monitor of theirs must have `honorLabels`, and that of node exporters add the label `node`. `Monitoring` sees
 * to both.
 */
export function platformRows(): Row[] {
  return [now(), alerts(), nodes(), pods(), stores(), certificates()];
}

function now(): Row {
  return {
    title: "Now",
    panels: [
      {
        title: "Alerts that fire: critical, warning",
        now: true,
        bad: { from: 1 },
        queries: {
          critical: 'count(ALERTS{alertstate="firing",severity="critical"}) or vector(0)',
          warning: 'count(ALERTS{alertstate="firing",severity="warning"}) or vector(0)',
        },
      },
      {
        title: "Nodes that are not ready",
        now: true,
        bad: { from: 1 },
        queries: { nodes: 'count(kube_node_status_condition{condition="Ready",status="true"} == 0) or vector(0)' },
      },
      {
        title: "Pods that are not ready",
        now: true,
        bad: { from: 1 },
        queries: { pods: `count((kube_pod_status_ready{condition="true"} == 0) unless ${AT_WORK}) or vector(0)` },
      },
      {
        title: "What Prometheus cannot read",
        now: true,
        bad: { from: 1 },
        queries: { targets: "count(up == 0) or vector(0)" },
      },
    ],
  };
}

function alerts(): Row {
  return {
    title: "Alerts",
    panels: [
      {
        title: "Alerts that fire",
        queries: {
          "{{severity}} {{alertname}} {{namespace}}":
            'count by (severity, alertname, namespace) (ALERTS{alertstate="firing",severity=~"critical|warning"})',
        },
      },
      { title: "What Prometheus cannot read", queries: { "{{job}}": "count by (job) (up == 0)" } },
    ],
  };
}

function nodes(): Row {
  const taken = (resource: string) =>
    `sum(kube_pod_container_resource_requests{resource="${resource}"}) / sum(kube_node_status_allocatable{resource="${resource}"})`;
  return {
    title: "Nodes",
    panels: [
      {
        title: "Nodes",
        queries: {
          all: "count(kube_node_info)",
          ready: 'sum(kube_node_status_condition{condition="Ready",status="true"})',
          "closed to new pods": "sum(kube_node_spec_unschedulable)",
        },
      },
      {
        title: "Nodes under pressure",
        queries: {
          "{{node}} {{condition}}": 'kube_node_status_condition{condition=~".+Pressure",status="true"} == 1',
        },
      },
      {
        title: "Processors that are busy",
        unit: "percentunit",
        bad: { from: NEARLY_FULL },
        queries: { "{{node}}": '1 - avg by (node) (rate(node_cpu_seconds_total{mode="idle"}[5m]))' },
      },
      {
        title: "Memory that is taken",
        unit: "percentunit",
        bad: { from: NEARLY_FULL },
        queries: { "{{node}}": "1 - node_memory_MemAvailable_bytes / node_memory_MemTotal_bytes" },
      },
      {
        title: "Disks that are full",
        unit: "percentunit",
        bad: { from: NEARLY_FULL },
        queries: {
          "{{node}} {{mountpoint}}": `1 - node_filesystem_avail_bytes{${DISKS}} / node_filesystem_size_bytes{${DISKS}}`,
        },
      },
      {
        title: "What pods have set aside, of all nodes",
        unit: "percentunit",
        bad: { from: NEARLY_FULL },
        queries: { processors: taken("cpu"), memory: taken("memory") },
      },
    ],
  };
}

function pods(): Row {
  return {
    title: "Pods",
    panels: [
      {
        title: "Pods that are not ready",
        queries: {
          "{{namespace}}": `count by (namespace) ((kube_pod_status_ready{condition="true"} == 0) unless ${AT_WORK})`,
        },
      },
      {
        title: "Why containers wait",
        queries: {
          "{{namespace}} {{reason}}": "sum by (namespace, reason) (kube_pod_container_status_waiting_reason) > 0",
        },
      },
      {
        title: "Restarts within an hour",
        queries: {
          "{{namespace}} {{container}}":
            "sum by (namespace, container) (increase(kube_pod_container_status_restarts_total[1h])) > 0",
        },
      },
      {
        title: "Jobs that failed",
        queries: { "{{namespace}} {{job_name}}": "sum by (namespace, job_name) (kube_job_status_failed) > 0" },
      },
    ],
  };
}

function stores(): Row {
  return {
    title: "Stores",
    panels: [
      {
        title: "Alerts of stores that fire",
        queries: {
          "{{namespace}}/{{store}}": 'count by (namespace, store) (ALERTS{alertstate="firing",store!=""})',
        },
      },
      {
        title: "Volumes that are full",
        unit: "percentunit",
        bad: { from: NEARLY_FULL },
        queries: {
          "{{namespace}} {{persistentvolumeclaim}}":
            "max by (namespace, persistentvolumeclaim) (1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)",
        },
      },
      {
        title: "Replicas of stores that are missing",
        queries: {
          "{{namespace}} {{statefulset}}":
            "kube_statefulset_replicas - on (namespace, statefulset) kube_statefulset_status_replicas_ready",
        },
      },
      {
        title: "Instances of PostgreSQL, and those that take writes",
        queries: {
          "{{namespace}} instances": "count by (namespace) (cnpg_pg_replication_in_recovery)",
          "{{namespace}} primaries": "count by (namespace) (cnpg_pg_replication_in_recovery == 0)",
        },
      },
    ],
  };
}

function certificates(): Row {
  return {
    title: "Certificates",
    panels: [
      {
        title: "Time until a certificate ends, the ten shortest",
        unit: "s",
        bad: { below: ENDS_SOON },
        queries: {
          "{{namespace}} {{name}}":
            "bottomk(10, min by (namespace, name) (certmanager_certificate_expiration_timestamp_seconds - time()))",
        },
      },
      {
        title: "Certificates that are not issued",
        queries: {
          "{{namespace}} {{name}}": 'certmanager_certificate_ready_status{condition="True"} == 0',
        },
      },
    ],
  };
}
