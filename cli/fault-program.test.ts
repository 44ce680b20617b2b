import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Fault } from "../rehearsal/index.ts";
import { program, throwing } from "./program.ts";

/** What the cluster was asked for. It accepts everything that is right by itself. */
const asked = vi.hoisted(() => ({ faults: [] as Fault[] }));
vi.mock("../rehearsal/index.ts", async (load) => {
  const rehearsal = await load<typeof import("../rehearsal/index.ts")>();
  return {
    ...rehearsal,
    clusterStatus: async (name: string) =>
      name === "local" ? { phase: "ready", kubeconfig: "/k", context: "plumbline-local" } : { phase: "stopped" },
    clusterNames: async () => ["local", "halted"],
    listFaults: async () => [],
    injectFault: async (_: unknown, fault: Fault) => {
      asked.faults.push(fault);
      const { name, target } = { name: `${fault.type}-abcde`, target: "node a" };
      return { name, target, type: fault.type, phase: "Active", since: new Date(), until: new Date(), message: "" };
    },
  };
});

let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "plumbline-fault-"));
  mkdirSync(join(cache, "clusters", "local"), { recursive: true });
  writeFileSync(join(cache, "clusters", "local", "cluster.json"), "{}");
  vi.stubEnv("PLUMBLINE_CACHE", cache);
  vi.stubEnv("NO_COLOR", "1");
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});
beforeEach(() => {
  asked.faults.length = 0;
});

async function plumbline(...args: readonly string[]): Promise<{ readonly code: number; readonly said: string }> {
  const said: string[] = [];
  const write = (chunk: unknown, ...rest: readonly unknown[]) => {
    said.push(String(chunk));
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  };
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, "write").mockImplementation(write));
  let code = -1;
  const root = program((exitCode) => {
    code = exitCode;
  });
  throwing(root, () => {});
  try {
    await root.parseAsync(["fault", ...args], { from: "user" });
  } catch (error) {
    if ((error as Error).name !== "CommanderError" && !(error as { code?: string }).code?.startsWith("commander."))
      throw error;
    code = 2;
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
  return { code, said: said.join("") };
}

describe("plumbline fault", () => {
  it.each<[string[], Fault]>([
    [["node-kill", "a"], { type: "node-kill", node: "a", duration: "60s" }],
    [["zone-loss", "a", "--duration", "5m"], { type: "zone-loss", zone: "a", duration: "5m" }],
    [
      ["pod-kill", "app=web", "-n", "shop", "--all"],
      { type: "pod-kill", selector: "app=web", namespace: "shop", all: true },
    ],
    [["clock-skew", "a", "--skew", "-90s"], { type: "clock-skew", node: "a", duration: "60s", skew: "-90s" }],
    [
      ["slow-network", "a", "--jitter", "5ms"],
      { type: "slow-network", node: "a", duration: "60s", latency: "100ms", jitter: "5ms" },
    ],
    [["packet-loss", "a", "--percent", "30"], { type: "packet-loss", node: "a", duration: "60s", percent: 30 }],
    [["cpu-hog", "a"], { type: "cpu-hog", node: "a", duration: "60s", cpu: "1" }],
  ])("%j asks the cluster for it, and says how it is undone", async (args, fault) => {
    const { code, said } = await plumbline(...args);
    expect(code).toBe(0);
    expect(asked.faults).toEqual([fault]);
    expect(said).toContain(`npm run fault -- undo ${fault.type}-abcde`);
  });

  it("answers a machine with one document", async () => {
    const { said } = await plumbline("drain", "a", "--json");
    const document = JSON.parse(said.slice(said.indexOf("{")));
    expect(document).toMatchObject({ command: "fault drain", exitCode: 0, fault: { phase: "Active", type: "drain" } });
    expect(document.fault.undo).toBe("npm run fault -- undo drain-abcde");
  });

  it.each([
    [["node-kill"], /missing required argument 'node'/],
    [["pod-kill", "app=web"], /required option '-n, --namespace <name>'/],
    [["node-kill", "a", "--latency", "1s"], /unknown option '--latency'/],
    [["packet-loss", "a", "--percent", "half"], /Allowed: a whole number/],
    [["explode", "a"], /unknown command 'explode'/],
    [["undo"], /the name of a fault, or --all/],
    [["undo", "x", "--all"], /the name of a fault, or --all/],
    [["undo", "x"], /There is no fault x/],
  ])("refuses %j as wrong usage", async (args, message) => {
    const { code, said } = await plumbline(...args);
    expect(code).toBe(2);
    expect(said).toMatch(message);
    expect(asked.faults).toEqual([]);
  });

  it("says that there are none", async () => {
    expect(await plumbline("list")).toMatchObject({ code: 0, said: expect.stringContaining("no faults") });
  });

  it("says what to do where no cluster runs, and where there can be none", async () => {
    const stopped = await plumbline("list", "--environment", "halted");
    expect(stopped).toMatchObject({ code: 1, said: expect.stringContaining("npm run cluster -- start halted") });
    const elsewhere = await plumbline("node-kill", "a", "-e", "staging");
    expect(elsewhere).toMatchObject({ code: 2, said: expect.stringContaining("cluster.provider: kubeconfig") });
  });
});
