import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { PROMETHEUS } from "../rehearsal/images/prometheus.ts";
import { whyNoRealNodes } from "../rehearsal/index.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { makeSandbox, type Sandbox } from "./policies/sandbox.ts";
import type { Load } from "./support/customer.ts";
import { LOAD, web } from "./support/web.ts";

const why = whyNoRealNodes();
const COMPONENTS = join(import.meta.dirname, "..", "components");
const NAMESPACE = "releases";
/** Requests a second. For a machine that is slower than two idle cores: `PLUMBLINE_RATE=50`. */
const RATE = Number(process.env.PLUMBLINE_RATE ?? 500);

/** Real pods of a real service, under load while they are released, drained and killed. The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`releases on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let sandbox: Sandbox;

  beforeAll(async () => {
    const images = [web("1"), web("2"), web("3", { broken: true }), PROMETHEUS];
    lab = await realCluster("releases", { simulated: false, images });
    const { kubeconfig } = await lab.start();
    sandbox = await makeSandbox(NAMESPACE, kubeconfig);
    await release("1", "rolling()");
    await lab.kubectl("apply", "-f", join(import.meta.dirname, "real-pods/prometheus.yaml"));
    await lab.kubectl("-n", "monitoring", "rollout", "status", "deployment/prometheus", "--timeout=120s");
  });
  afterAll(async () => {
    await sandbox?.remove();
    await lab?.remove();
  });

  /** Has the engine make the service what it should be. */
  async function release(version: string, how: string) {
    sandbox.program(`
import { Cluster, Namespace } from ${JSON.stringify(join(COMPONENTS, "cluster/index.ts"))};
import { optOut } from ${JSON.stringify(join(COMPONENTS, "core/index.ts"))};
import { blueGreen, canary, rolling } from ${JSON.stringify(join(COMPONENTS, "delivery/index.ts"))};
import { Microservice, Worker } from ${JSON.stringify(join(COMPONENTS, "workload/index.ts"))};
const cluster = new Cluster("cluster", { context: "plumbline-releases", operators: "provided" });
const on = { provider: cluster.provider, dependsOn: cluster };
const home = new Namespace(namespace.name, { quota: { cpu: "20", memory: "20Gi", pods: 40 } }, on);
const shared = {
  namespace: home,
  zones: ["one", "two", "three"],
  resources: { requests: { cpu: "500m", memory: "128Mi" }, limits: { cpu: "1", memory: "128Mi" } },
};
const web = new Microservice("web", { ...shared, image: "plumbline.test/web:${version}", release: ${how}, scaling: { min: 3, max: 4 } }, on);
new Worker("customer", {
  ...shared, image: "plumbline.test/web:1", uses: [web], scaling: { min: 1, max: 1 },
  replication: optOut("one customer sends all requests"),
}, on);`);
    const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(code, text).toBe(0);
  }

  /** Sends requests at a steady rate while `meanwhile` runs. */
  async function load(seconds: number, meanwhile: () => Promise<unknown>): Promise<Load> {
    const command = ["node", LOAD, `http://web.${NAMESPACE}.svc:8080/`, String(RATE), String(seconds)];
    const [said] = await Promise.all([
      lab.kubectl("-n", NAMESPACE, "exec", "deployment/customer", "--", ...command),
      meanwhile(),
    ]);
    const result = JSON.parse(said.split("\n").at(-1) ?? "") as Load;
    console.log(JSON.stringify(result));
    return result;
  }

  test(`a rolling release at ${RATE} requests a second fails none`, async () => {
    const { sent, failures, answers } = await load(60, () => release("2", "rolling()"));
    expect(failures).toEqual({});
    expect(sent).toBe(RATE * 60);
    expect(Object.keys(answers)).toEqual(['{"version":"1"}', '{"version":"2"}']);
  });
});
