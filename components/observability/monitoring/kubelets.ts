import type { types } from "@pulumi/kubernetes";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import type { CompleteMonitoring } from "./args.ts";
import { plainSecret } from "./plain-secret.ts";
import { scrapeSecret } from "./prometheus-plan.ts";

/** The job of what kubelets tell, and the port they tell it on. */
export const KUBELETS = "kubelets";
export const KUBELET_PORT = 10_250;

/** What a kubelet tells of itself and of volumes, and what of containers and nodes: of some thousand names those that are asked for. */
const KEPT = {
  "/metrics": ["kubelet_volume_stats_.*", "kubelet_running_(pods|containers)", "kubelet_node_name"],
  "/metrics/cadvisor": [
    "container_cpu_(usage_seconds|cfs_periods|cfs_throttled_periods)_total",
    "container_memory_(working_set|rss)(_bytes)?",
    "container_oom_events_total",
    "container_spec_(memory_limit_bytes|cpu_quota|cpu_period)",
    "container_network_(receive|transmit)_(bytes|errors)_total",
    "container_fs_(usage|limit)_bytes",
    "container_fs_(reads|writes)_bytes_total",
  ],
} as const;

const ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/**
 * Has Prometheus read every kubelet of the cluster twice a minute, with its own token, over TLS that is checked against the cluster's
 * authority. A monitor cannot: none may name files of Prometheus, and a token in a Secret would never run out.
 */
function kubeletTargets(kubeletCertificates?: OptOut): object[] {
  return Object.entries(KEPT).map(([path, names]) => ({
    job_name: path === "/metrics" ? KUBELETS : `${KUBELETS}-containers`,
    scheme: "https",
    metrics_path: path,
    scrape_interval: "30s",
    scrape_timeout: "10s",
    // Containers' readings bear the time at which they were taken, which for one that has ended stands still.
    honor_timestamps: path === "/metrics",
    kubernetes_sd_configs: [{ role: "node" }],
    authorization: { credentials_file: `${ACCOUNT}/token` },
    tls_config: isOptOut(kubeletCertificates) ? { insecure_skip_verify: true } : { ca_file: `${ACCOUNT}/ca.crt` },
    relabel_configs: [{ source_labels: ["__meta_kubernetes_node_name"], target_label: "node" }],
    metric_relabel_configs: [{ source_labels: ["__name__"], regex: names.join("|"), action: "keep" }],
  }));
}

/** What is read besides what monitors select, where Prometheus' operator takes it from. */
export function kubeletTargetsPlan(
  name: string,
  { namespace, kubeletCertificates }: CompleteMonitoring,
): types.input.core.v1.Secret {
  const secret = scrapeSecret(name);
  const why = "where kubelets are read, and the file of a token that only Prometheus' pods have";
  return plainSecret(secret.name, namespace.name, why, {
    [secret.key]: JSON.stringify(kubeletTargets(kubeletCertificates)),
  });
}
