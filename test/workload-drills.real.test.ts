import { spawn } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { clusterConfig, injectFault, resetCluster, startCluster } from "../rehearsal/index.ts";
import { makeSandbox, type Sandbox } from "./policies/sandbox.ts";
import { privateCache } from "./support/ground.ts";

vi.setConfig({ testTimeout: 120_000 });

const NAME = "drills";
const ZONES = ["drills-a", "drills-b", "drills-c"];
const COMPONENTS = join(import.meta.dirname, "..", "components");
const binary = process.env.PLUMBLINE_TEST_CLUSTER ?? "";
/** In place of five minutes, which golden files hold. */
const STABILIZATION_SECONDS = 20;

let cacheDir: string;
let cluster: Awaited<ReturnType<typeof startCluster>>;
let sandbox: Sandbox;

beforeAll(async () => {
  cacheDir = await privateCache();
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  const crds = JSON.parse(process.env.PLUMBLINE_TEST_CRDS ?? "[]");
  const plan = { name: NAME, region: NAME, zones: ZONES, nodesPerZone: 2, node, crds };
  cluster = await startCluster(clusterConfig(plan), { cacheDir, binary });
  sandbox = await makeSandbox(NAME, cluster.kubeconfig);
  await release("0.1.0");
});
afterAll(async () => {
  await sandbox?.remove();
  await resetCluster(NAME, { cacheDir });
  rmSync(cacheDir, { recursive: true, force: true });
});

/** A service of six replicas, and one that scales by its load, in a version. */
async function release(version: string): Promise<void> {
  sandbox.program(`
import { Cluster, Namespace } from ${JSON.stringify(join(COMPONENTS, "cluster/index.ts"))};
import { Microservice } from ${JSON.stringify(join(COMPONENTS, "workload/index.ts"))};
const cluster = new Cluster("cluster", { context: ${JSON.stringify(cluster.context)}, operators: "provided" });
const on = { provider: cluster.provider, dependsOn: cluster };
const home = new Namespace(namespace.name, { quota: { cpu: "8", memory: "16Gi", pods: 60 } }, on);
const shared = { namespace: home, zones: ${JSON.stringify(ZONES)} };
const image = (name) => \`plumbline.dev/shop/\${name}:${version}\`;
new Microservice("catalog", { ...shared, image: image("catalog"), scaling: { min: 6, max: 9 } }, on);
new Microservice("orders", {
  ...shared, image: image("orders"), scaling: { min: 3, max: 9, requestsPerSecond: 50 },
  transform: { autoscaler: (args) => {
    args.spec.behavior.scaleDown.stabilizationWindowSeconds = ${STABILIZATION_SECONDS};
  } },
}, on);`);
  const { code, text } = await sandbox.pulumi("up", "--yes", "--skip-preview");
  expect(code, text).toBe(0);
}

const kubectl = async (...words: string[]) => (await sandbox.kubectl("-n", NAME, ...words)).text.trim();
const soon = (what: () => Promise<void>, timeout = 60_000) => vi.waitFor(what, { timeout, interval: 250 });
const PRIORITY = ".items[*].spec.priority";
const NODES_READY = '.items[*].status.conditions[?(@.type=="Ready")].status';
const replicas = async (app: string) =>
  Number(await kubectl("get", "deployment", app, "-o", "jsonpath={.spec.replicas}"));
const ready = async (app: string) =>
  Number(await kubectl("get", "deployment", app, "-o", "jsonpath={.status.readyReplicas}"));

interface Pod {
  readonly metadata: { readonly labels: Readonly<Record<string, string>>; readonly deletionTimestamp?: string };
  readonly spec: { readonly nodeName?: string };
  readonly status: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
}

const podsOf = async (app: string): Promise<Pod[]> =>
  JSON.parse(await kubectl("get", "pods", "-l", `app.kubernetes.io/name=${app}`, "-o", "json")).items;

/** Pods that serve in each zone. Their zone is the label that the API server copies from their node, and programs are told. */
async function perZone(app: string): Promise<number[]> {
  const isReady = ({ metadata, status }: Pod) =>
    metadata.deletionTimestamp === undefined &&
    (status.conditions ?? []).some(({ type, status }) => type === "Ready" && status === "True");
  const zones = (await podsOf(app))
    .filter(isReady)
    .map(({ metadata }) => metadata.labels["topology.kubernetes.io/zone"]);
  return ZONES.map((zone) => zones.filter((other) => other === zone).length);
}

/** Follows every change of an app's pods, and counts those that serve after each. */
async function watching(app: string, whole: number) {
  const healthy = new Set<string>();
  let least = Number.POSITIVE_INFINITY;
  const fields =
    '{.metadata.name} {.metadata.deletionTimestamp} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}';
  const words = [
    "-n",
    NAME,
    "get",
    "pods",
    "-l",
    `app.kubernetes.io/name=${app}`,
    "--watch",
    "-o",
    `jsonpath=${fields}`,
  ];
  const child = spawn(binary, ["kubectl", "--kubeconfig", cluster.kubeconfig, ...words], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  createInterface({ input: child.stdout }).on("line", (line) => {
    const [name = "", ends, isReady] = line.split(" ");
    if (ends === "" && isReady === "True") healthy.add(name);
    else healthy.delete(name);
    if (healthy.size >= whole || least <= whole) least = Math.min(least, healthy.size);
  });
  await soon(async () => expect(least).toBe(whole));
  return {
    least: () => least,
    stop: () => child.kill(),
  };
}

/** Tells how many seconds have gone by. */
function stopwatch(): () => string {
  const start = performance.now();
  return () => ((performance.now() - start) / 1_000).toFixed(1);
}

/** What comes to all replicas of orders together, as a balancer divides it. */
function load(requestsPerSecond: number): void {
  const selector = "app.kubernetes.io/name=orders";
  const points = [{ after: "0s", value: String(requestsPerSecond) }];
  const entry = { namespace: NAME, selector, metric: "http_requests_per_second", shared: true, points };
  writeFileSync(join(cluster.dir, "load.json"), JSON.stringify([entry]));
}

test("replicas are even over the zones, and go before what says nothing", async () => {
  expect(await perZone("orders")).toEqual([1, 1, 1]);
  expect(await perZone("catalog")).toEqual([2, 2, 2]);
  const priorities = await kubectl(
    "get",
    "pods",
    "-l",
    "app.kubernetes.io/name=orders",
    "-o",
    `jsonpath={${PRIORITY}}`,
  );
  expect(priorities).toBe("300000 300000 300000");
});

test.each([
  ["a node", ["drills-a-1"]],
  ["two nodes at once", ["drills-b-1", "drills-c-1"]],
])("a drain of %s takes one replica at a time", async (what, nodes) => {
  const watched = await watching("catalog", 6);
  const since = stopwatch();
  const faults = await Promise.all(nodes.map((node) => injectFault(cluster, { type: "drain", node })));
  const onNodes = async () =>
    (await podsOf("catalog")).filter(({ spec }) => nodes.includes(spec.nodeName ?? "")).length;
  await soon(async () => expect([await onNodes(), await ready("catalog")]).toEqual([0, 6]));
  console.log(`drain of ${what}: ${since()} s, never fewer than ${watched.least()} of 6`);
  expect(watched.least()).toBe(5);
  watched.stop();
  await Promise.all(faults.map((fault) => fault.undo()));
});

test("load brings replicas, which an update in the middle leaves alone, and which go when it was gone for long", async () => {
  const since = stopwatch();
  load(300);
  await soon(async () => expect(await replicas("orders")).toBe(6));
  const asked = since();
  await soon(async () => expect(await ready("orders")).toBe(6));
  console.log(`300 requests a second for 50 each: 6 replicas asked for after ${asked} s, ready after ${since()} s`);

  const watched = await watching("orders", 6);
  const updating = stopwatch();
  await release("0.2.0");
  console.log(`update under load: ${updating()} s, never fewer than ${watched.least()} of 6 ready`);
  expect(await replicas("orders")).toBe(6);
  expect(watched.least()).toBe(6);
  watched.stop();

  const gone = stopwatch();
  load(100);
  await soon(async () => expect(await replicas("orders")).toBeLessThan(6));
  console.log(`100 requests a second: ${await replicas("orders")} replicas after ${gone()} s`);
  // Without the window it would be the next look of the autoscaler, 5 s; the last that saw the load may be as long ago.
  expect(Number(gone())).toBeGreaterThan(STABILIZATION_SECONDS / 2);
});

test("without a zone two thirds serve on, the rest comes back elsewhere, and the next release is even again", async () => {
  const watched = await watching("catalog", 6);
  const since = stopwatch();
  const fault = await injectFault(cluster, { type: "zone-loss", zone: "drills-a", duration: "5m" });
  await soon(async () => expect(await ready("catalog")).toBe(4));
  const noticed = since();
  await soon(async () => expect(await ready("catalog")).toBe(6), 90_000);
  expect(await perZone("catalog")).toEqual([0, 3, 3]);
  console.log(`zone lost: noticed after ${noticed} s, 6 of 6 after ${since()} s, never fewer than ${watched.least()}`);
  expect(watched.least()).toBe(4);
  watched.stop();

  await fault.undo();
  await soon(async () =>
    expect(await kubectl("get", "nodes", "-o", `jsonpath={${NODES_READY}}`)).not.toMatch(/Unknown/),
  );
  console.log(`zone back: catalog is ${await perZone("catalog")} over the zones`);
  await release("0.3.0");
  expect(await perZone("catalog")).toEqual([2, 2, 2]);
});
