import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { RunningCluster } from "../control/start.ts";
import { whyNoRealNodes } from "../nodes/index.ts";
import { type RealCluster, realCluster } from "../nodes/testing/real-cluster.ts";
import { family, traces } from "../nodes/testing/traces.ts";
import { commandLine, isRunning } from "../toolchain/process.ts";
import { endFaults, type Fault, type InjectedFault, injectFault, listFaults, RefusedFault } from "./index.ts";
import { TOOLS } from "./testing/tools.ts";

const why = whyNoRealNodes();

describe.skipIf(why !== undefined)(`faults${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  let before: ReturnType<typeof traces>;
  /** Other clusters on this machine have control groups of their own. */
  const ownTraces = () => {
    const found = traces();
    return { ...found, controlGroups: found.controlGroups.filter((path) => path.includes("/plumbline/faults-")) };
  };

  beforeAll(async () => {
    lab = await realCluster("faults", { simulated: true, images: [TOOLS] });
    before = ownTraces();
    cluster = await lab.start();
    await kubectl("apply", "-f", join(import.meta.dirname, "testing", "demo.yaml"));
    await rolledOut("web", "here", "there");
  });

  afterAll(() => lab?.remove());

  const kubectl = (...args: string[]) => lab.kubectl(...args);
  const inject = (fault: Fault) => injectFault(cluster, fault);
  const wait = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 90_000, interval: 250 });
  const exec = (pod: string, ...words: string[]) => kubectl("-n", "demo", "exec", `deployment/${pod}`, "--", ...words);
  const ask = (what: string, path: string) => kubectl("get", ...what.split(" "), "-o", `jsonpath={${path}}`);
  const condition = (node: string, type: string) =>
    ask(`node ${node}`, `.status.conditions[?(@.type=="${type}")].status`);
  const webNodes = async () =>
    (await ask("pods -n demo -l app=web", '.items[?(@.status.phase=="Running")].spec.nodeName')).split(" ").sort();

  async function rolledOut(...names: readonly string[]): Promise<void> {
    for (const name of names) await kubectl("-n", "demo", "rollout", "status", `deployment/${name}`, "--timeout=120s");
  }
  async function becomes(node: string, ready: "True" | "Unknown"): Promise<void> {
    await wait(async () => expect(await condition(node, "Ready")).toBe(ready));
  }
  async function isGone(fault: InjectedFault): Promise<void> {
    await wait(async () => expect((await listFaults(cluster)).map(({ name }) => name)).not.toContain(fault.name));
  }
  async function undone(fault: InjectedFault): Promise<void> {
    await fault.undo();
    await isGone(fault);
  }
  /** What a round trip from one zone to another takes, in milliseconds, and how many of a hundred are lost. */
  async function measured(count = 10): Promise<{ readonly average: number; readonly lost: number }> {
    const to = await ask("pods -n demo -l app=there", ".items[0].status.podIP");
    const ping = ["/bin/busybox", "ping", "-q", "-c", `${count}`, "-i", "0.1", "-W", "2", to];
    const told = await exec("here", "/bin/busybox", "sh", "-c", `${ping.join(" ")}; true`);
    return {
      lost: Number(/(\d+)% packet loss/.exec(told)?.[1]),
      average: Number(/min\/avg\/max = [\d.]+\/([\d.]+)\//.exec(told)?.[1]),
    };
  }

  it.each<[Fault, RegExp]>([
    [{ type: "slow-network", node: "one-1" }, /one-1 is simulated: it has no network.*one-real, three-real, two-real/],
    [{ type: "node-kill", node: "four-real" }, /no node "four-real"; allowed: one-1, one-real/],
    [{ type: "zone-loss", zone: "four" }, /no node in zone "four"; allowed: one, three, two/],
    [{ type: "cpu-hog", node: "one-real", cpu: "9999" }, /cpu: 9999 was given; allowed: 10m to/],
    [{ type: "pod-kill", namespace: "demo", selector: "app=none" }, /no living pod app=none in namespace demo/],
  ])("are refused with the reason, and change nothing: %o", async (fault, reason) => {
    const refused = inject(fault);
    await expect(refused).rejects.toThrow(reason);
    await expect(refused).rejects.toBeInstanceOf(RefusedFault);
    expect(await listFaults(cluster)).toEqual([]);
  });

  it("are judged by the API server too, and never change", async () => {
    const fault = await inject({ type: "cpu-hog", node: "one-real", cpu: "10m" });
    const patch = (spec: object) =>
      kubectl("patch", "fault", fault.name, "--type=merge", "-p", JSON.stringify({ spec }));
    await expect(patch({ duration: "10m" })).rejects.toThrow(/a fault cannot be changed/);
    await expect(patch({ duration: "2h" })).rejects.toThrow(/allowed are 1s to 1h/);
    await expect(patch({ zone: "one" })).rejects.toThrow(/zone is for zone-loss/);
    await expect(patch({ cpu: "much" })).rejects.toThrow(/allowed is a quantity/);
    expect(await kubectl("get", "faults")).toMatch(/cpu-hog +node one-real +Active/);
    await undone(fault);
  });

  it("kill a pod, which is replaced", async () => {
    const victims = (await ask("pods -n demo -l app=web", ".items[*].metadata.name")).split(" ");
    const fault = await inject({ type: "pod-kill", namespace: "demo", selector: "app=web" });
    expect(fault).toMatchObject({ phase: "Over", message: expect.stringMatching(/^killed web-/) });
    const killed = fault.message.replace("killed ", "");
    expect(victims).toContain(killed);
    await rolledOut("web");
    expect(await ask("pods -n demo -l app=web", ".items[*].metadata.name")).not.toContain(killed);
  });

  it("slow the network down, and let it be as fast as before", async () => {
    const usual = await measured();
    const fault = await inject({ type: "slow-network", node: "two-real", latency: "150ms", jitter: "20ms" });
    await wait(async () => expect((await measured(5)).average).toBeGreaterThan(usual.average + 200));
    await undone(fault);
    await wait(async () => expect((await measured(5)).average).toBeLessThan(usual.average + 100));
  });

  it("carry large answers over a slow line whole", async () => {
    const fault = await inject({ type: "slow-network", node: "two-real", latency: "5ms" });
    const to = await ask("pods -n demo -l app=there", ".items[0].status.podIP");
    const serving = exec(
      "there",
      ..."/bin/busybox nc -l -p 9000 -e /bin/busybox head -c 20000000 /dev/zero".split(" "),
    );
    await wait(async () => {
      const got = await exec("here", "/bin/busybox", "sh", "-c", `nc ${to} 9000 </dev/null | wc -c`);
      expect(got).toBe("20000000");
    });
    await serving;
    await undone(fault);
  });

  it("lose packets", async () => {
    const fault = await inject({ type: "packet-loss", node: "two-real", percent: 40 });
    await wait(async () => {
      const { lost } = await measured(30);
      expect(lost).toBeGreaterThan(30);
      expect(lost).toBeLessThan(100);
    });
    await undone(fault);
    await wait(async () => expect((await measured()).lost).toBe(0));
  });

  it("use processors up, and no more than they are told", async () => {
    const hogs = () => family(cluster.pid).filter(({ pid }) => commandLine(pid).includes("hog"));
    /** Hundredths of a second that the processes have had of processors. */
    const used = () => {
      const fields = hogs().map(
        ({ pid }) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [],
      );
      return fields.reduce((sum, of) => sum + Number(of[11]) + Number(of[12]), 0);
    };
    const fault = await inject({ type: "cpu-hog", node: "three-real", cpu: "500m" });
    const began = performance.now();
    await wait(async () => expect(used()).toBeGreaterThan(100));
    expect(used() / 100).toBeLessThan(((performance.now() - began) / 1_000) * 0.75 + 1);
    const running = hogs();
    await undone(fault);
    await wait(async () => expect(running.filter(isRunning)).toEqual([]));
    await wait(async () => expect(ownTraces().controlGroups.filter((path) => path.endsWith("/cpu-hog"))).toEqual([]));
  });

  it("shift the clock of programs that run, and give them the true one back", async () => {
    const tick = "while true; do echo; sleep 0.25; done";
    const tell = "mawk -W interactive '{ print systime(); fflush() }'";
    const told = "/dev/shm/told";
    await exec("there", "/bin/busybox", "sh", "-c", `{ ${tick} | ${tell}; } >${told} 2>&1 </dev/null &`);
    /** Of a program that runs since before, and of one that has just started. */
    const ahead = async () => {
      const late = await exec("there", "/bin/busybox", "sh", "-c", `sleep 0.5; tail -n 1 ${told}; date +%s`);
      return late.split("\n").map((seconds) => Number(seconds) - Date.now() / 1_000);
    };
    const areAhead = (by: number) =>
      wait(async () => expect((await ahead()).map((seconds) => Math.abs(seconds - by) < 30)).toEqual([true, true]));
    await areAhead(0);
    const fault = await inject({ type: "clock-skew", node: "two-real", skew: "-1h" });
    await areAhead(-3_600);
    await undone(fault);
    await areAhead(0);
  });

  it("drain a node as far as budgets allow, and let pods come again", async () => {
    const node = (await webNodes())[0] ?? "";
    const pods = await webNodes();
    const fault = await inject({ type: "drain", node });
    await wait(async () => {
      const [drain] = await listFaults(cluster);
      expect(drain?.message).toMatch(/held back by a disruption budget: demo\/web-/);
    });
    expect(await ask(`node ${node}`, ".spec.unschedulable")).toBe("true");
    expect(await webNodes()).toEqual(pods);
    await kubectl("-n", "demo", "patch", "pdb", "web", "--type=merge", "-p", '{"spec":{"minAvailable":2}}');
    await wait(async () => expect(await webNodes()).not.toContain(node));
    await undone(fault);
    await wait(async () => expect(await ask(`node ${node}`, ".spec.unschedulable")).toBe(""));
  });

  it("have a node's disk pass for full", async () => {
    const fault = await inject({ type: "disk-full", node: "three-real" });
    await wait(async () => expect(await condition("three-real", "DiskPressure")).toBe("True"));
    await undone(fault);
    await wait(async () => expect(await condition("three-real", "DiskPressure")).toBe("False"));
    await becomes("three-real", "True");
  });

  it("kill a node: it is noticed, its pods run elsewhere, and it comes back", async () => {
    await rolledOut("web");
    const node = (await webNodes()).at(-1) ?? "";
    const fault = await inject({ type: "node-kill", node, duration: "5m" });
    await becomes(node, "Unknown");
    await wait(async () => expect(await ask("deployment web -n demo", ".status.readyReplicas")).toBe("3"));
    await undone(fault);
    await becomes(node, "True");
  });

  it("cut a node off, and lose a zone of both kinds of nodes, until they heal by themselves", async () => {
    const cut = await inject({ type: "node-partition", node: "two-real", duration: "25s" });
    const lost = await inject({ type: "zone-loss", zone: "three", duration: "25s" });
    await Promise.all(["two-real", "three-real", "three-1"].map((node) => becomes(node, "Unknown")));
    expect(await condition("two-1", "Ready")).toBe("True");
    await Promise.all(["two-real", "three-real", "three-1"].map((node) => becomes(node, "True")));
    await Promise.all([isGone(cut), isGone(lost)]);
    expect(await ask(`events --field-selector involvedObject.name=${cut.name}`, ".items[*].reason")).toContain("Ended");
  });

  it("outlive the cluster's process, and end in time without it", async () => {
    const short = await inject({ type: "node-kill", node: "three-real", duration: "4s" });
    const long = await inject({ type: "packet-loss", node: "two-real", percent: 40, duration: "10m" });
    const processes = family(cluster.pid);
    process.kill(cluster.pid, "SIGKILL");
    await wait(async () => expect(processes.filter(isRunning)).toEqual([]));
    cluster = await lab.start();
    await isGone(short);
    await becomes("three-real", "True");
    expect((await listFaults(cluster)).map(({ name, phase }) => [name, phase])).toEqual([[long.name, "Active"]]);
    await rolledOut("here", "there");
    await wait(async () => expect((await measured(20)).lost).toBeGreaterThan(20));
    await endFaults(cluster);
    await wait(async () => expect((await measured()).lost).toBe(0));
  });

  it("leave nothing on the machine when the cluster stops in the middle of them", async () => {
    await inject({ type: "slow-network", node: "one-real" });
    await inject({ type: "cpu-hog", node: "one-real", cpu: "100m" });
    await inject({ type: "clock-skew", node: "one-real" });
    const processes = family(cluster.pid);
    await lab.stop();
    expect(processes.filter(isRunning)).toEqual([]);
    expect(ownTraces()).toEqual(before);
  });
});
