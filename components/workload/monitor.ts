import type { Manifest } from "../core/custom-resource.ts";
import { labels, type Selector } from "../core/labels.ts";

/** The fields of a ServiceMonitor that we set (monitoring.coreos.com/v1). */
export type ServiceMonitorManifest = Manifest<
  "monitoring.coreos.com/v1",
  "ServiceMonitor",
  {
    selector: { matchLabels: Selector };
    endpoints: { port: string; path: string; interval: string; scrapeTimeout: string }[];
  }
>;

/** Has Prometheus read a path of every pod behind a service, by the port's name, twice a minute. */
export function serviceMonitorPlan(name: string, namespace: string, matchLabels: Selector, port: string, path: string) {
  return {
    apiVersion: "monitoring.coreos.com/v1",
    kind: "ServiceMonitor",
    metadata: { name, namespace, labels: labels(name) },
    spec: { selector: { matchLabels }, endpoints: [{ port, path, interval: "30s", scrapeTimeout: "10s" }] },
  } satisfies ServiceMonitorManifest as ServiceMonitorManifest;
}
