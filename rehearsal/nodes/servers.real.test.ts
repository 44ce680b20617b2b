import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { ALERTMANAGER } from "../images/alertmanager.ts";
import type { ImageDescription } from "../images/description.ts";
import { PROMETHEUS } from "../images/prometheus.ts";
import { RABBITMQ } from "../images/rabbitmq.ts";
import { whyNoRealNodes } from "./index.ts";
import { apply } from "./testing/reach.ts";
import { type RealCluster, realCluster } from "./testing/real-cluster.ts";

const why = whyNoRealNodes();

/** A pod as a careful manifest has it: no rights, and nothing that can be written but what the image shares. */
function pod(name: string, { reference }: ImageDescription, port: number, path: string, uid: number) {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      securityContext: { runAsUser: uid, runAsGroup: uid, runAsNonRoot: true, fsGroup: uid },
      containers: [
        {
          name,
          image: reference,
          imagePullPolicy: "Never",
          securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
          readinessProbe: { httpGet: { path, port }, periodSeconds: 1 },
        },
      ],
    },
  };
}

describe.skipIf(why !== undefined)(`images of servers${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let cluster: RealCluster;
  beforeAll(async () => {
    cluster = await realCluster("servers", { simulated: false, images: [PROMETHEUS, ALERTMANAGER, RABBITMQ] });
    await cluster.start();
    await apply(cluster, [
      pod("prometheus", PROMETHEUS, 9090, "/-/ready", 65534),
      pod("alertmanager", ALERTMANAGER, 9093, "/-/ready", 65534),
      pod("rabbitmq", RABBITMQ, 15692, "/metrics", 999),
    ]);
    await cluster.kubectl("wait", "pod", "--all", "--for=condition=Ready", "--timeout=120s");
  });
  afterAll(() => cluster?.remove());

  const get = (pod: string, path: string) =>
    cluster.kubectl("get", "--raw", `/api/v1/namespaces/default/pods/${pod}/proxy${path}`);
  const exec = (pod: string, ...words: string[]) => cluster.kubectl("exec", pod, "--", ...words);

  it("Prometheus measures itself and answers questions", async () => {
    await vi.waitFor(
      async () =>
        expect(JSON.parse(await get("prometheus:9090", "/api/v1/query?query=up")).data.result).toContainEqual(
          expect.objectContaining({
            metric: expect.objectContaining({ job: "prometheus" }),
            value: [expect.any(Number), "1"],
          }),
        ),
      { timeout: 60_000, interval: 1000 },
    );
    expect(await exec("prometheus", "promtool", "check", "config", "/etc/prometheus/prometheus.yml")).toContain(
      "SUCCESS",
    );
  });

  it("Alertmanager takes an alert", async () => {
    const here = "--alertmanager.url=http://127.0.0.1:9093";
    await exec("alertmanager", "amtool", here, "alert", "add", "alertname=Tried", "severity=page");
    await vi.waitFor(async () => expect(await get("alertmanager:9093", "/api/v2/alerts")).toContain('"Tried"'), {
      timeout: 30_000,
    });
  });

  it("RabbitMQ serves a quorum queue, and its pages", async () => {
    const definitions = {
      vhosts: [{ name: "/" }],
      queues: [
        { name: "tried", vhost: "/", durable: true, auto_delete: false, arguments: { "x-queue-type": "quorum" } },
      ],
    };
    const declare = `echo '${JSON.stringify(definitions)}' > /tmp/it.json && rabbitmqctl import_definitions /tmp/it.json`;
    await exec("rabbitmq", "sh", "-c", declare);
    await vi.waitFor(
      async () =>
        expect(
          JSON.parse(
            await exec("rabbitmq", "rabbitmqctl", "-q", "list_queues", "name", "type", "state", "--formatter=json"),
          ),
        ).toEqual([{ name: "tried", type: "quorum", state: "running" }]),
      { timeout: 60_000, interval: 1000 },
    );
    expect(await get("rabbitmq:15672", "/")).toContain("RabbitMQ Management");
  });
});
