import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { ClusterAccess } from "../cli/kubectl.ts";
import { askOf, type KnownRelease, listReleases } from "../cli/releases.ts";
import { ENVOY } from "../rehearsal/images/envoy.ts";
import { PROMETHEUS } from "../rehearsal/images/prometheus.ts";
import { injectFault, type RunningCluster, whyNoRealNodes } from "../rehearsal/index.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { family } from "../rehearsal/nodes/testing/traces.ts";
import { commandLine } from "../rehearsal/toolchain/process.ts";
import { makeSandbox, type Sandbox } from "./policies/sandbox.ts";
import type { Load } from "./support/customer.ts";
import { watchEndpoints } from "./support/endpoints.ts";
import { LOAD, web } from "./support/web.ts";

const why = whyNoRealNodes();
const COMPONENTS = join(import.meta.dirname, "..", "components");
const NAMESPACE = "releases";
/** Requests a second. For a machine that is slower than two idle cores: `PLUMBLINE_RATE=50`. */
const RATE = Number(process.env.PLUMBLINE_RATE ?? 500);
/** What was replaced ends so long after: 10 s until the routers know, 10 s of drain, 5 s in which connections are handed over. */
const ENDING_MS = 30_000;
/** No load lasts longer. */
const LONGEST_S = 240;
/** For a machine with other work, several times what it takes. */
const SEEN_WITHIN_S = 5;
/** Replicas of the service; the pod that is killed has a third of the requests. */
const REPLICAS = 3;

const SERVICE = `http://web.${NAMESPACE}.svc.cluster.local.:8080/`;
/** The proxy beside the customer, which calls the service as it was declared. */
const PROXY = "http://127.0.0.1:14001/";
const BLUE_GREEN = `blueGreen({ bakeTime: "5s" })`;
/** No version may say of itself that it is broken. */
const ANALYSIS = `{ metrics: [{ name: "broken", query: 'max(web_broken{pod=~"{{pods}}"})', max: 0 }], interval: "2s" }`;
const ANALYSED = `blueGreen({ bakeTime: "10s", analysis: ${ANALYSIS} })`;
/** How the engine ends when it could not do all. */
const FAILED = { code: 1 };
const CANARY = `canary({ steps: [34, 67], hold: "5s", analysis: ${ANALYSIS} })`;

/** Real pods of a real service, under load while they are released, drained and killed. The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`releases on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  let access: ClusterAccess;
  let sandbox: Sandbox;
  let loads = 0;

  beforeAll(async () => {
    lab = await realCluster("releases", {
      simulated: false,
      images: [web("1"), web("2"), web("3", { broken: true }), PROMETHEUS, ENVOY],
      releases: { prometheus: { namespace: "monitoring", service: "prometheus", port: 9090 } },
    });
    cluster = await lab.start();
    access = { kubectl: lab.kubectlPath, kubeconfig: cluster.kubeconfig, context: cluster.context };
    sandbox = await makeSandbox(NAMESPACE, cluster.kubeconfig);
    await up("1", "rolling()");
    await lab.kubectl("apply", "-f", join(import.meta.dirname, "real-pods/prometheus.yaml"));
    await lab.kubectl("-n", "monitoring", "rollout", "status", "deployment/prometheus", "--timeout=120s");
  });
  afterAll(async () => {
    await sandbox?.remove();
    await lab?.remove();
  });

  /** Has the engine make the service what it should be, in a version. Gives what it said, and fails unless it ends with `code`. */
  async function up(version: string, release: string, { code = 0 } = {}): Promise<string> {
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
new Microservice("web", {
  ...shared, image: "plumbline.test/web:${version}", release: ${release}, scaling: { min: ${REPLICAS}, max: 4 },
}, on);
new Worker("customer", {
  ...shared, image: "plumbline.test/web:1", scaling: { min: 1, max: 1 },
  calls: { web: { timeout: "5s", retries: 2, breaker: {} } },
  resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  replication: optOut("one customer sends all requests"),
}, on);`);
    const ended = await sandbox.pulumi("up", "--yes", "--skip-preview");
    expect(ended.code, ended.text).toBe(code);
    return ended.text;
  }

  /** Sends requests at a steady rate while `meanwhile` runs and until what it replaced has ended, and watches the Service's endpoints. */
  async function load(meanwhile: () => Promise<unknown>, url = SERVICE) {
    const endpoints = await watchEndpoints(access, { namespace: NAMESPACE, service: "web" });
    const inCustomer = (...command: string[]) =>
      lab.kubectl("-n", NAMESPACE, "exec", "deployment/customer", "--", ...command);
    const end = `/tmp/end-${++loads}`;
    const sending = inCustomer("node", LOAD, url, `${RATE}`, `${LONGEST_S}`, end);
    const ending = meanwhile()
      .then(() => sleep(ENDING_MS))
      .finally(() => inCustomer("node", "-e", `fs.writeFileSync("${end}", "")`));
    const [said] = await Promise.all([sending, ending]);
    const seen = endpoints.end();
    const result = JSON.parse(said.split("\n").at(-1) ?? "") as Load;
    console.log(`${JSON.stringify(result)}; never fewer than ${seen.least} ready endpoints in ${seen.changes} changes`);
    expect(result.sent).toBeGreaterThan((RATE * ENDING_MS) / 1_000);
    expect(seen.least).toBeGreaterThan(0);
    return result;
  }

  const versions = ({ answers }: Load) =>
    Object.keys(answers)
      .map((answer) => JSON.parse(answer).version)
      .toSorted();

  async function webRelease(): Promise<KnownRelease> {
    const [release] = await listReleases(access, lab.cacheDir);
    if (release === undefined) throw new Error("there is no release");
    return release;
  }

  test(`a rolling release at ${RATE} requests a second fails none`, async () => {
    const result = await load(() => up("2", "rolling()"));
    expect(result.failures).toEqual({});
    expect(versions(result)).toEqual(["1", "2"]);
  });

  test("a service goes over from rolling to blue-green under load, and changes its colour: none fails", async () => {
    const result = await load(async () => {
      await up("2", BLUE_GREEN);
      await up("1", BLUE_GREEN);
    });
    expect(result.failures).toEqual({});
    expect(versions(result)).toEqual(["1", "2"]);
    expect(await webRelease()).toMatchObject({ phase: "Healthy", ready: REPLICAS, underWay: false });
  });

  test("a blue-green release whose analysis fails is taken back, and up says why: no request fails", async () => {
    const result = await load(async () => {
      const said = await up("3", ANALYSED, FAILED);
      expect(said).toMatch(/broken/);
    });
    expect(result.failures).toEqual({});
    expect(versions(result)).toEqual(["1", "3"]);
    expect(await webRelease()).toMatchObject({ phase: "Aborted", ready: REPLICAS, underWay: false });
  });

  test("a blue-green release that a person takes back fails no request", async () => {
    const takenBack = async () => {
      const isBaking = async () => expect(await webRelease()).toMatchObject({ phase: "Baking" });
      await vi.waitFor(isBaking, { timeout: 60_000, interval: 500 });
      await askOf(await webRelease(), "abort", access, lab.cacheDir);
    };
    const result = await load(() => Promise.all([up("2", `blueGreen({ bakeTime: "10m" })`, FAILED), takenBack()]));
    expect(result.failures).toEqual({});
    expect(versions(result)).toEqual(["1", "2"]);
    expect(await webRelease()).toMatchObject({ phase: "Aborted", ready: REPLICAS });
  });

  test("a canary goes through its steps, and one that is broken is taken back: none fails", async () => {
    // The version that stands, whatever way it is released: that is no release.
    await up("1", CANARY);
    const result = await load(async () => {
      await up("2", CANARY);
      await up("3", CANARY, FAILED);
    });
    expect(result.failures).toEqual({});
    expect(versions(result)).toEqual(["1", "2", "3"]);
    expect(await webRelease()).toMatchObject({ phase: "Aborted", ready: REPLICAS });
  });

  test("a canary service goes back to rolling, and the drain of a node fails no request", async () => {
    const { failures } = await load(async () => {
      await up("2", "rolling()");
      const node = await nodeOfWeb();
      const fault = await injectFault(cluster, { type: "drain", node, duration: "5m" });
      await vi.waitFor(async () => expect(await podsOn(node)).toEqual([]), { timeout: 90_000, interval: 500 });
      await fault.undo();
    });
    expect(failures).toEqual({});
  });

  test("a pod that is killed outright fails requests on its share alone, until its kubelet sees it", async () => {
    const { failures, failedFor } = await load(async () => {
      await sleep(5_000);
      await killOutright();
    });
    const failed = Object.values(failures).reduce((sum, one) => sum + one, 0);
    console.log(`killed outright: ${failed} requests failed, in ${failedFor} ms`);
    // What it had in hand, and what was sent to it before it was out of the endpoints. A kubelet looks once a second.
    expect(["ECONNRESET", "ECONNREFUSED"]).toEqual(expect.arrayContaining(Object.keys(failures)));
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan((SEEN_WITHIN_S * RATE) / REPLICAS);
  });

  test("a pod that is killed outright costs a caller that declared how it calls no request", async () => {
    // The proxy is ready before it knows of anyone to call, and the customer may be new.
    const isAnswered = `fetch("${PROXY}").then(({ ok }) => process.exit(ok ? 0 : 1))`;
    const tryIt = () => lab.kubectl("-n", NAMESPACE, "exec", "deployment/customer", "--", "node", "-e", isAnswered);
    await vi.waitFor(tryIt, { timeout: 60_000, interval: 1_000 });
    const { failures } = await load(async () => {
      await sleep(5_000);
      await killOutright();
    }, PROXY);
    expect(failures).toEqual({});
  });

  /** Has the program of one pod of the service end at once, with all that it had in hand. */
  async function killOutright(): Promise<void> {
    const which = ["-l", "app.kubernetes.io/name=web", "-o", "jsonpath={.items[0].metadata.uid}"];
    const uid = await lab.kubectl("-n", NAMESPACE, "get", "pods", ...which);
    const isItsProgram = ({ pid }: { readonly pid: number }) =>
      readFileSync(`/proc/${pid}/cgroup`, "utf8").includes(uid) && commandLine(pid).join(" ").includes("web.mjs");
    const victims = family(await lab.pid()).filter(isItsProgram);
    expect(victims).toHaveLength(1);
    for (const { pid } of victims) process.kill(pid, "SIGKILL");
  }

  /** A node with a pod of the service, and without the customer. */
  async function nodeOfWeb(): Promise<string> {
    const nodes = async (app: string) => {
      const which = ["-l", `app.kubernetes.io/name=${app}`, "-o", "jsonpath={.items[*].spec.nodeName}"];
      return (await lab.kubectl("-n", NAMESPACE, "get", "pods", ...which)).split(" ");
    };
    const customers = await nodes("customer");
    const node = (await nodes("web")).find((name) => !customers.includes(name));
    if (node === undefined) throw new Error("the service runs nowhere but beside its customer");
    return node;
  }

  async function podsOn(node: string): Promise<string[]> {
    const where = ["-l", "app.kubernetes.io/name=web", "--field-selector", `spec.nodeName=${node}`, "-o", "name"];
    return (await lab.kubectl("-n", NAMESPACE, "get", "pods", ...where)).split("\n").filter((name) => name !== "");
  }
});
