import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { clusterConfig } from "../control/config.ts";
import { type RunningCluster, startCluster } from "../control/start.ts";
import { resetCluster, stopCluster } from "../control/stop.ts";
import { imageFor, prepareImage } from "../images/index.ts";
import { cacheDirectory } from "../toolchain/cache.ts";
import { command } from "../toolchain/command.ts";
import { prepareToolchain, type Toolchain } from "../toolchain/prepare.ts";
import { isRunning } from "../toolchain/process.ts";
import { eventually } from "../toolchain/testing/scratch.ts";
import { prepareNodes, whyNoRealNodes } from "./index.ts";
import { BUSYBOX } from "./testing/real-cluster.ts";
import { family, traces } from "./testing/traces.ts";

const why = whyNoRealNodes();
const ZONES = ["one", "two", "three"];

describe.skipIf(why !== undefined)(`real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  const cacheDir = mkdtempSync(join(tmpdir(), "plumbline-nodes-"));
  const before = why === undefined ? traces() : undefined;
  let toolchain: Toolchain;
  let start: () => Promise<RunningCluster>;
  let cluster: RunningCluster;

  beforeAll(async () => {
    const tools = join(cacheDirectory(), "tools");
    mkdirSync(tools, { recursive: true });
    symlinkSync(tools, join(cacheDir, "tools"));
    toolchain = await prepareToolchain({ cacheDir });
    const pause = imageFor("plumbline.dev/pause:1.0.0");
    if (pause === undefined) throw new Error("there is no image of pause");
    const images: string[] = [];
    for (const image of [pause, BUSYBOX]) images.push((await prepareImage(image, { cacheDir })).path);
    const real = await prepareNodes({ cacheDir, zones: ZONES, images });
    const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
    const plan = { name: "nodes", region: "test", zones: ZONES, nodesPerZone: 1, node, crds: [], seed: toolchain.seed };
    start = () => startCluster({ ...clusterConfig(plan), real }, { cacheDir, binary: toolchain.cluster.path });
    cluster = await start();
    await kubectl("apply", "-f", join(import.meta.dirname, "testing", "demo.yaml"));
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=120s");
  });

  afterAll(async () => {
    await resetCluster("nodes", { cacheDir });
    rmSync(cacheDir, { recursive: true, force: true });
  });

  async function kubectl(...args: string[]): Promise<string> {
    const { code, stdout, tail } = await command(toolchain.kubectl.path, ["--kubeconfig", cluster.kubeconfig, ...args]);
    if (code !== 0) throw new Error(`kubectl ${args.join(" ")}:\n${tail.join("\n")}`);
    return stdout.trim();
  }

  const exec = (pod: string, ...words: string[]) => kubectl("-n", "demo", "exec", pod, "--", "/bin/busybox", ...words);
  const conditionOf = (node: string) =>
    kubectl("get", "node", node, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}');
  const wait = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 90_000, interval: 500 });

  it("run pods that ask for it, one zone each, and leave the others to simulated nodes", async () => {
    const nodes = await kubectl("-n", "demo", "get", "pods", "-o", "jsonpath={.items[*].spec.nodeName}");
    expect(nodes.split(" ").sort()).toEqual(ZONES.map((zone) => `${zone}-real`).sort());
    await wait(async () => {
      const elsewhere = await kubectl("get", "pod", "elsewhere", "-o", "jsonpath={.spec.nodeName} {.status.phase}");
      expect(elsewhere).toMatch(/^(one|two|three)-1 Running$/);
    });
  });

  it("carry traffic between zones: to each pod, to a Service, and to the API server", async () => {
    const addresses = await kubectl("-n", "demo", "get", "pods", "-o", "jsonpath={.items[*].status.podIP}");
    for (const address of addresses.split(" "))
      expect(await exec("web-0", "wget", "-qO-", `http://${address}:8080/`)).toMatch(/^web-\d$/m);
    const service = await kubectl("-n", "demo", "get", "service", "web", "-o", "jsonpath={.spec.clusterIP}");
    const served = new Set<string>();
    await wait(async () => {
      served.add(await exec("web-0", "wget", "-qO-", `http://${service}/`));
      expect(served.size).toBe(3);
    });
    await exec("web-1", "nc", "-w", "5", "10.96.0.1", "443", "-e", "/bin/busybox", "true");
  });

  it("answer this machine at a load balancer's address, and the API server at a Service's", async () => {
    const ingress = () =>
      kubectl("-n", "demo", "get", "service", "front", "-o", "jsonpath={.status.loadBalancer.ingress[0].ip}");
    await wait(async () => expect(await ingress()).toMatch(/^127\.77\./));
    const address = await ingress();
    await wait(async () => expect(await (await fetch(`http://${address}:8000/`)).text()).toMatch(/^web-\d$/m));
    // The server speaks no TLS, and says so: the call came to it.
    const refused = kubectl("create", "configmap", "judged", "--dry-run=server");
    await expect(refused).rejects.toThrow(/server gave HTTP response to HTTPS client/);
  });

  it("give logs, and what kubelets measure, through the API server", async () => {
    expect(await kubectl("-n", "demo", "logs", "web-2")).toContain("serving");
    const measured = await kubectl("get", "--raw", "/api/v1/nodes/one-real/proxy/metrics/resource");
    expect(measured).toMatch(/container_cpu_usage_seconds_total\{container="web",namespace="demo"/);
  });

  it("keep a volume's content when its pod goes and comes back", async () => {
    const was = await exec("web-1", "cat", "/data/index.html");
    await kubectl("-n", "demo", "delete", "pod", "web-1");
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=60s");
    expect(await exec("web-1", "cat", "/data/index.html")).toBe(`${was}\nweb-1`);
  });

  it("lose their power by a label, and come back with their pods", async () => {
    await kubectl("label", "node", "two-real", "plumbline.dev/power=off");
    await wait(async () => expect(await conditionOf("two-real")).toBe("Unknown"));
    expect(await conditionOf("one-real")).toBe("True");
    await kubectl("label", "node", "two-real", "plumbline.dev/power-");
    await wait(async () => expect(await conditionOf("two-real")).toBe("True"));
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=90s");
  });

  it("leave nothing on the machine when the cluster stops, and come back with their data", async () => {
    const processes = family(cluster.pid);
    expect(processes.length).toBeGreaterThan(16);
    await stopCluster("nodes", { cacheDir });
    expect(processes.filter(isRunning)).toEqual([]);
    expect(traces()).toEqual(before);
    cluster = await start();
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=90s");
    expect((await exec("web-0", "cat", "/data/index.html")).split("\n").length).toBeGreaterThan(1);
  });

  it("end with the cluster's process when that is killed, and the next start clears what the kernel kept", async () => {
    const processes = family(cluster.pid);
    process.kill(cluster.pid, "SIGKILL");
    await eventually(() => expect(processes.filter(isRunning)).toEqual([]));
    expect(traces()).toEqual({ ...before, controlGroups: expect.anything() });
    cluster = await start();
    await stopCluster("nodes", { cacheDir });
    expect(traces()).toEqual(before);
  });

  it("are a failure of the cluster, told as such, when what holds them is killed", async () => {
    cluster = await start();
    const processes = family(cluster.pid);
    // The second is the holder: the cluster's process has no other child.
    process.kill(processes[1]?.pid ?? 0, "SIGKILL");
    await eventually(() => expect(processes.filter(isRunning)).toEqual([]));
    expect(traces()).toEqual(before);
  });
});
