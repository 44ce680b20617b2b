import { SCRAPES_METRICS } from "../../components/core/labels.ts";
import type { Watched } from "../../components/observability/store-monitoring.ts";
import { callerPod } from "../../rehearsal/nodes/testing/reach.ts";
import type { RealCluster } from "../../rehearsal/nodes/testing/real-cluster.ts";

/** Where metrics may be read from, as Prometheus' namespace: network policies let nobody else in. */
export const READER = { namespace: "reads-metrics", name: "reader" };

/** A pod that may read metrics, and its namespace. It needs the test's busybox. */
export function reader(zone: string): object[] {
  const namespace = {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name: READER.namespace, labels: SCRAPES_METRICS },
  };
  return [namespace, callerPod({ ...READER, zone }, [8080])];
}

/** What pods serve at `/metrics`, one after the other. */
export async function read({ kubectl }: RealCluster, addresses: readonly string[]): Promise<string> {
  await kubectl("-n", READER.namespace, "wait", "--for=condition=Ready", `pod/${READER.name}`, "--timeout=60s");
  const script = addresses.map((address) => `busybox wget -qO- http://${address}/metrics`).join(" && ");
  return kubectl("-n", READER.namespace, "exec", READER.name, "--", "/bin/busybox", "sh", "-c", script);
}

/** The names of the metrics in what pods serve. */
export function namesIn(served: string): Set<string> {
  return new Set(served.match(/^[A-Za-z]\w+/gm));
}

/** The names of metrics, of those that begin so, which alerts and dashboards ask for. */
export function metricsIn(watched: readonly Watched[], prefix: string): string[] {
  const asked = watched.flatMap(({ alerts, panels }) => [
    ...alerts.map(({ expr }) => expr),
    ...panels.flatMap(({ queries }) => Object.values(queries)),
  ]);
  return [...new Set(asked.join("\n").match(new RegExp(`\\b${prefix}\\w+`, "g")))];
}
