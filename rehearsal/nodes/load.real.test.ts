import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { whyNoRealNodes } from "./index.ts";
import { apply } from "./testing/reach.ts";
import { BUSYBOX, type RealCluster, realCluster } from "./testing/real-cluster.ts";

const why = whyNoRealNodes();
const namespace = "load";
const RATE = 10;

/** Programs that count so many requests a second, and log who asks for their metrics. */
function counting(name: string): object {
  const labels = { app: name };
  const count = `printf '# TYPE http_requests_total counter\\nhttp_requests_total{status="200"} %d\\n' $n > /www/new`;
  const script = `n=0
(while true; do n=$((n + ${RATE})); ${count}; mv /www/new /www/metrics; sleep 1; done) &
exec busybox httpd -f -vv -p 9090 -h /www`;
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { namespace, name },
    spec: {
      selector: { matchLabels: labels },
      template: {
        metadata: { labels },
        spec: {
          terminationGracePeriodSeconds: 0,
          containers: [
            {
              name,
              image: BUSYBOX.reference,
              imagePullPolicy: "Never",
              command: ["/bin/busybox", "sh", "-c", script],
              ports: [{ name: "admin", containerPort: 9090 }],
              readinessProbe: { exec: { command: ["/bin/busybox", "test", "-e", "/www/metrics"] }, periodSeconds: 1 },
              securityContext: { runAsUser: 0 },
              volumeMounts: [{ name: "www", mountPath: "/www" }],
            },
          ],
          volumes: [{ name: "www", emptyDir: {} }],
        },
      },
    },
  };
}

const closed = {
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace, name: "closed" },
  spec: { podSelector: {}, policyTypes: ["Ingress", "Egress"] },
};

const autoscaler = {
  apiVersion: "autoscaling/v2",
  kind: "HorizontalPodAutoscaler",
  metadata: { namespace, name: "watched" },
  spec: {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "watched" },
    minReplicas: 1,
    maxReplicas: 2,
    metrics: [
      {
        type: "Pods",
        pods: {
          metric: { name: "http_requests_per_second" },
          target: { type: "AverageValue", averageValue: String(RATE / 2) },
        },
      },
    ],
  },
};

describe.skipIf(why !== undefined)(`load on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await realCluster("load", { simulated: false, images: [BUSYBOX] });
    await cluster.start();
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    await apply(cluster, [home, closed, counting("watched"), counting("other"), autoscaler]);
  });
  afterAll(() => cluster?.remove());
  const kubectl = (...words: string[]) => cluster.kubectl("-n", namespace, ...words);

  it("is measured in closed pods, by which autoscalers scale, and nobody else is asked", async () => {
    await kubectl("wait", "deployment", "--all", "--for=condition=Available", "--timeout=60s");
    const start = performance.now();
    const status = (path: string) => kubectl("get", "hpa", "watched", "-o", `jsonpath={.status.${path}}`);
    await vi.waitFor(async () => expect(await status("desiredReplicas")).toBe("2"), { timeout: 60_000, interval: 250 });
    console.log(`load was measured and answered in ${((performance.now() - start) / 1_000).toFixed(1)} s`);
    const path = `/apis/custom.metrics.k8s.io/v1beta2/namespaces/${namespace}/pods/*/http_requests_per_second`;
    const { items } = JSON.parse(await kubectl("get", "--raw", `${path}?labelSelector=app%3Dwatched`));
    const [, value = ""] = /^(\d+)m$/.exec(items[0].value) ?? ["", `${items[0].value}000`];
    expect(Number(value) / 1_000).toBeCloseTo(RATE, -1);
    expect(await kubectl("logs", "--selector=app=watched")).toContain("/metrics");
    expect(await kubectl("logs", "--selector=app=other")).not.toContain("/metrics");
  });
});
