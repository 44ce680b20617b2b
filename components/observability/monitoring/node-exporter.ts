import type { types } from "@pulumi/kubernetes";
import { labels, selector } from "../../core/labels.ts";
import { type MonitorManifest, monitorPlan } from "../../core/monitor.ts";
import { image } from "../../images/catalogue.ts";
import { podPlan, probePlan } from "../../workload/pod-plan.ts";
import { workingShutdown } from "../../workload/shutdown.ts";
import { completeWorkload, type WorkloadArgs } from "../../workload/workload-args.ts";
import type { CompleteMonitoring } from "./args.ts";

export const NODE_EXPORTER_PORT = 9100;
export const RESOURCES = { requests: { cpu: "20m", memory: "32Mi" }, limits: { cpu: "200m", memory: "64Mi" } } as const;
/** A folder on the disk of the node that pods and images fill: what holds it is measured. */
const NODE_DISK = "/node-disk";
/** What the kernel tells every process of the whole node, whatever namespaces the process is in. */
const COLLECTORS = ["cpu", "diskstats", "filesystem", "loadavg", "meminfo", "pressure", "stat", "uname", "vmstat"];
const PROBES = { startup: "/", readiness: "/", liveness: "/" } as const;

export function nodeExporterName(name: string): string {
  return `${name}-node-exporter`;
}

/**
 * One pod on every node, that tells how its processors, memory and disks do. It shares nothing with its node: neither network nor
 * processes nor files. What only they would show, the node's network and disks of its own, kubelets tell.
 */
export function nodeExporterPlan(
  name: string,
  { namespace, zones }: CompleteMonitoring,
): types.input.apps.v1.DaemonSet {
  const exporter = nodeExporterName(name);
  const program = completeWorkload<WorkloadArgs>({
    namespace,
    zones,
    image: image("nodeExporter"),
    args: [
      `--web.listen-address=:${NODE_EXPORTER_PORT}`,
      "--collector.disable-defaults",
      ...COLLECTORS.map((collector) => `--collector.${collector}`),
      `--collector.filesystem.mount-points-include=^${NODE_DISK}$`,
    ],
    resources: RESOURCES,
    runtime: "go",
  });
  const pod = podPlan(exporter, program, NO_RELATIONS, {
    environment: {},
    shutdown: workingShutdown("5s"),
    priority: "monitoring",
    container: { ports: [{ name: "admin", containerPort: NODE_EXPORTER_PORT }], ...probePlan(PROBES) },
  });
  const [container] = pod.containers as types.input.core.v1.Container[];
  const disk = { name: "node-disk", mountPath: NODE_DISK, readOnly: true };
  return {
    metadata: { name: exporter, namespace: namespace.name, labels: labels(exporter) },
    spec: {
      selector: { matchLabels: selector(exporter) },
      updateStrategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: "10%" } },
      template: {
        metadata: { labels: labels(exporter) },
        spec: {
          ...pod,
          containers: [{ ...container, name: exporter, volumeMounts: [disk] }],
          volumes: [{ name: disk.name, emptyDir: { sizeLimit: "1Mi" } }],
          // Every node, whatever it is kept for or suffers from.
          tolerations: [{ operator: "Exists" }],
        },
      },
    },
  };
}

/** Has it read, with the name of the node. */
export function nodeExporterMonitor(name: string, namespace: string): MonitorManifest {
  const exporter = nodeExporterName(name);
  return monitorPlan("Pod", exporter, namespace, selector(exporter), {
    labels: { node: "__meta_kubernetes_pod_node_name" },
  });
}

const NO_RELATIONS = { environment: {}, volumes: [] };
