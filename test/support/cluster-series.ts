/** A container of a pod. */
interface Container {
  readonly namespace: string;
  readonly pod: string;
  readonly container: string;
}

/**
 * What kube-state-metrics and a kubelet would tell of a pod and its autoscaler, in Prometheus' format. A test writes it where there is no
 * cluster: it shows that a query finds what has these names and labels, and not that a cluster has them.
 */
export function clusterSeries({ namespace, pod, container }: Container, seconds = process.uptime()): string {
  const own = { namespace, pod, container };
  const scaler = { namespace, horizontalpodautoscaler: container };
  const image = `registry.example.com/${container}:1.4.2`;
  return [
    line("kube_pod_container_info", { ...own, image_spec: image }, 1),
    line("kube_pod_container_status_ready", own, 1),
    line("kube_pod_container_status_restarts_total", own, 0),
    line("kube_pod_container_resource_limits", { ...own, resource: "cpu", unit: "core" }, 1),
    line("kube_pod_container_resource_limits", { ...own, resource: "memory", unit: "byte" }, 2 ** 28),
    line("kube_horizontalpodautoscaler_status_desired_replicas", scaler, 3),
    line("kube_horizontalpodautoscaler_spec_max_replicas", scaler, 10),
    line("container_cpu_usage_seconds_total", own, seconds / 10),
    line("container_cpu_cfs_periods_total", own, seconds * 10),
    line("container_cpu_cfs_throttled_periods_total", own, seconds),
    line("container_memory_working_set_bytes", own, 2 ** 27),
  ].join("");
}

function line(metric: string, labels: Readonly<Record<string, string>>, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`);
  return `${metric}{${pairs.join()}} ${value}\n`;
}
