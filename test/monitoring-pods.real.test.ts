import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { CERT_MANAGER } from "../components/cluster/operators/index.ts";
import { priorityPlans } from "../components/cluster/priorities.ts";
import { Monitoring } from "../components/observability/index.ts";
import { ALERTMANAGER } from "../rehearsal/images/alertmanager.ts";
import { KUBE_STATE_METRICS } from "../rehearsal/images/kube-state-metrics.ts";
import { NODE_EXPORTER } from "../rehearsal/images/node-exporter.ts";
import { PROMETHEUS } from "../rehearsal/images/prometheus.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply, callerPod } from "../rehearsal/nodes/testing/reach.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";
import { objectsOf } from "./support/component-objects.ts";

const why = whyNoRealNodes();
const NAMESPACE = "observability";
const KEYS = ["pagerduty", "slack", "heartbeat"];
const READER = { namespace: "reads", name: "reader", zone: ZONES[0] ?? "", labels: { app: "reader" } };
const key = (secret: string) => ({ secret, key: "key" });
const program = () => {
  const quota = { cpu: "20", memory: "10Gi", pods: 30, storage: "10Gi" } as const;
  const namespace = new Namespace(NAMESPACE, { quota, scrapesMetrics: true });
  const monitoring = new Monitoring("main", {
    namespace,
    zones: ZONES,
    environment: "rehearsal",
    retention: "1d",
    storage: "1Gi",
    resources: { requests: { cpu: "50m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
    alerting: {
      critical: { kind: "pagerduty", routingKey: key("pagerduty") },
      warning: { kind: "slack", url: key("slack") },
      heartbeat: { url: key("heartbeat") },
    },
    transform: {
      prometheus: ({ spec }) => {
        // The version that the rehearsal's image has: the operator writes what that one reads.
        spec.version = "v2.53.3";
        return undefined;
      },
    },
  });
  const { name, namespace: from, labels: podLabels } = READER;
  monitoring.query.grant({ name, namespace: from, podLabels, maxReplicas: 1, opts: {} });
};

describe.skipIf(why !== undefined)(`monitoring on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);

  beforeAll(async () => {
    lab = await realCluster("monitoring", {
      simulated: false,
      images: [PROMETHEUS, ALERTMANAGER, KUBE_STATE_METRICS, NODE_EXPORTER, BUSYBOX],
      operators: ["prometheus-operator"],
    });
    await lab.start();
    const classes = priorityPlans().map((plan) => ({
      apiVersion: "scheduling.k8s.io/v1",
      kind: "PriorityClass",
      ...plan,
    }));
    const all = (await objectsOf(program)) as { kind: string }[];
    const isNamespace = ({ kind }: { kind: string }) => kind === "Namespace";
    const secrets = KEYS.map((name) => ({
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name, namespace: NAMESPACE },
      stringData: { key: "https://nobody.invalid/a-key" },
    }));
    const began = performance.now();
    const beside = { apiVersion: "v1", kind: "Namespace", metadata: { name: CERT_MANAGER.namespace } };
    await apply(lab, [
      beside,
      ...classes,
      ...all.filter(isNamespace),
      ...secrets,
      ...all.filter((one) => !isNamespace(one)),
    ]);
    const reads = { apiVersion: "v1", kind: "Namespace", metadata: { name: READER.namespace } };
    await apply(lab, [reads, callerPod(READER, [8080])]);
    await vi.waitFor(
      async () => {
        const ready = await kubectl("get", "statefulsets", "-o", "jsonpath={.items[*].status.readyReplicas}");
        expect(ready).toBe("3 2");
      },
      { timeout: 240_000, interval: 2_000 },
    );
    console.log(
      `monitoring: all servers ready ${((performance.now() - began) / 1_000).toFixed(1)} s after they were asked for`,
    );
  });
  afterAll(() => lab?.remove());

  /** What an expression gives, asked by the one pod that may ask. */
  async function query(expr: string): Promise<{ metric: Readonly<Record<string, string>>; value: number }[]> {
    const address = await kubectl("get", "service", "main-prometheus", "-o", "jsonpath={.spec.clusterIP}");
    const url = `http://${address}:9090/api/v1/query?query=${encodeURIComponent(expr)}`;
    const script = `busybox timeout 5 busybox wget -qO- '${url}'`;
    const words = ["-n", READER.namespace, "exec", READER.name, "--", "/bin/busybox", "sh", "-c", script];
    const { data } = JSON.parse(await lab.kubectl(...words)) as {
      data: { result: { metric: Record<string, string>; value: [number, string] }[] };
    };
    return data.result.map(({ metric, value: [, value] }) => ({ metric, value: Number(value) }));
  }
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 120_000, interval: 2_000 });

  test("every target is read, through the network policies, and kubelets with their certificates checked", async () => {
    await eventually(async () => {
      const up = await query("count by (job) (up == 1)");
      expect(Object.fromEntries(up.map(({ metric, value }) => [metric.job, value]))).toEqual({
        [`${NAMESPACE}/main-prometheus`]: 2,
        [`${NAMESPACE}/main-alertmanager`]: 3,
        [`${NAMESPACE}/main-kube-state-metrics`]: 1,
        [`${NAMESPACE}/main-node-exporter`]: 3,
        kubelets: 3,
        "kubelets-containers": 3,
      });
    });
    expect(await query("up == 0")).toEqual([]);
  });

  test("a node's processors, memory and disk are told by a pod that shares nothing with it, and containers by kubelets", async () => {
    for (const metric of ["node_cpu_seconds_total", "node_memory_MemAvailable_bytes", "node_filesystem_avail_bytes"])
      expect(new Set((await query(metric)).map(({ metric: { node } }) => node)).size, metric).toBe(3);
    expect((await query('container_memory_working_set_bytes{container="prometheus"}')).length).toBe(2);
  });

  test("Alertmanagers know each other, and have what always fires from both Prometheis once", async () => {
    await eventually(async () => {
      expect((await query("alertmanager_cluster_members")).map(({ value }) => value)).toEqual([3, 3, 3]);
      expect((await query('alertmanager_alerts{state="active"} >= 1')).length).toBe(3);
    });
  });

  test("nobody asks Prometheus but who is declared", async () => {
    await lab.kubectl("-n", READER.namespace, "label", "pod", READER.name, "app-");
    await eventually(async () => {
      await expect(query("vector(1)")).rejects.toThrow(/exit code|timed out/);
    });
  });
});
