import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningCluster } from "../control/start.ts";
import { isRunning } from "../toolchain/process.ts";
import { eventually } from "../toolchain/testing/scratch.ts";
import { whyNoRealNodes } from "./index.ts";
import { BUSYBOX, type RealCluster, realCluster, ZONES } from "./testing/real-cluster.ts";
import { family, type Traces, traces } from "./testing/traces.ts";

const why = whyNoRealNodes();
/** More are worth their time now and then: `PLUMBLINE_CYCLES=20`. */
const CYCLES = Number(process.env.PLUMBLINE_CYCLES ?? 4);

describe.skipIf(why !== undefined)(`real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let before: Traces;
  let cluster: RunningCluster;

  beforeAll(async () => {
    lab = await realCluster("nodes", { simulated: true, images: [BUSYBOX] });
    before = left();
    cluster = await lab.start();
    await kubectl("apply", "-f", join(import.meta.dirname, "testing", "demo.yaml"));
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=120s");
  });

  afterAll(() => lab.remove());

  const left = () => traces(lab.runtime, "nodes");
  const kubectl = (...args: string[]) => lab.kubectl(...args);
  const exec = (pod: string, ...words: string[]) => kubectl("-n", "demo", "exec", pod, "--", "/bin/busybox", ...words);
  const conditionOf = (node: string) =>
    kubectl("get", "node", node, "-o", 'jsonpath={.status.conditions[?(@.type=="Ready")].status}');
  const wait = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 90_000, interval: 500 });

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
    await lab.stop();
    expect(processes.filter(isRunning)).toEqual([]);
    expect(left()).toEqual(before);
    cluster = await lab.start();
    await kubectl("-n", "demo", "rollout", "status", "statefulset/web", "--timeout=90s");
    expect((await exec("web-0", "cat", "/data/index.html")).split("\n").length).toBeGreaterThan(1);
  });

  it("end with the cluster's process when that is killed, and a stop clears what the kernel kept", async () => {
    const processes = family(cluster.pid);
    process.kill(cluster.pid, "SIGKILL");
    await eventually(() => expect(processes.filter(isRunning)).toEqual([]));
    expect(left().controlGroups).not.toEqual(before.controlGroups);
    await lab.stop();
    expect(left()).toEqual(before);
  });

  it("are a failure of the cluster, told as such, when what holds them is killed", async () => {
    cluster = await lab.start();
    const processes = family(cluster.pid);
    // The second is the holder: the cluster's process has no other child.
    process.kill(processes[1]?.pid ?? Number.NaN, "SIGKILL");
    await eventually(() => expect(processes.filter(isRunning)).toEqual([]));
    expect(left()).toEqual(before);
  });

  it(`leave nothing in ${CYCLES} starts in a row, every other of which is killed on its way`, {
    timeout: CYCLES * 60_000,
  }, async () => {
    const { elapsedMs } = await lab.start();
    await lab.stop();
    for (let cycle = 1; cycle <= CYCLES; cycle++) {
      if (cycle % 2 === 1) {
        const { pid } = await lab.start();
        const processes = family(pid);
        await lab.stop();
        expect(processes.filter(isRunning), `cycle ${cycle}`).toEqual([]);
        expect(left(), `cycle ${cycle}`).toEqual(before);
      } else {
        // The last of them may have come to its end by then.
        const start = lab.start().catch((error: Error) => expect(error.message).toContain("did not start"));
        // Over all cycles every part of a start is met.
        const pid = await wait(() => lab.pid());
        await sleep((elapsedMs * cycle) / (CYCLES + 1));
        const processes = family(pid);
        process.kill(pid, "SIGKILL");
        await start;
        await eventually(() => expect(processes.filter(isRunning), `cycle ${cycle}`).toEqual([]));
        expect(left(), `cycle ${cycle}`).toEqual({ ...before, controlGroups: expect.anything() });
      }
    }
    await lab.start();
    await lab.stop();
    expect(left()).toEqual(before);
  });
});
