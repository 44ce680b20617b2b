import type { Manifest } from "./custom-resource.ts";
import { labels } from "./labels.ts";

interface Endpoint {
  port: string;
  path: string;
  interval: string;
  scrapeTimeout: string;
}

/** The fields of a monitor of the Prometheus operator that we set (monitoring.coreos.com/v1). */
export type MonitorManifest =
  | Manifest<
      "monitoring.coreos.com/v1",
      "ServiceMonitor",
      { selector: { matchLabels: Record<string, string> }; endpoints: Endpoint[] }
    >
  | Manifest<
      "monitoring.coreos.com/v1",
      "PodMonitor",
      { selector: { matchLabels: Record<string, string> }; podMetricsEndpoints: Endpoint[] }
    >;

/** Has Prometheus read a path of every pod behind a service, or of every pod of a program without one, twice a minute. */
export function monitorPlan(
  of: "Service" | "Pod",
  name: string,
  namespace: string,
  matchLabels: Readonly<Record<string, string>>,
  { port = "admin", path }: { readonly port?: string; readonly path: string },
): MonitorManifest {
  const apiVersion = "monitoring.coreos.com/v1";
  const metadata = { name, namespace, labels: labels(name) };
  const selector = { matchLabels: { ...matchLabels } };
  const endpoints = [{ port, path, interval: "30s", scrapeTimeout: "10s" }];
  return of === "Service"
    ? { apiVersion, kind: "ServiceMonitor", metadata, spec: { selector, endpoints } }
    : { apiVersion, kind: "PodMonitor", metadata, spec: { selector, podMetricsEndpoints: endpoints } };
}
