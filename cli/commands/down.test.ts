import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { ClusterStatus, Toolchain } from "../../rehearsal/index.ts";
import { scratch } from "../../rehearsal/toolchain/testing/scratch.ts";
import { down } from "./down.ts";
import { type FakeEngine, type FakeStack, fakeEngine, step, summary } from "./testing/fake-engine.ts";
import { runHere } from "./testing/run-here.ts";

const machine = vi.hoisted(() => ({
  toolchain: undefined as Toolchain | undefined,
  cluster: undefined as ClusterStatus | undefined,
}));
vi.mock("../prepare.ts", async (load) => ({
  ...(await load<typeof import("../prepare.ts")>()),
  toolchainStep: async () => machine.toolchain,
  toolsStep: async () => machine.toolchain,
}));
vi.mock("../../rehearsal/index.ts", async (load) => {
  const real = await load<typeof import("../../rehearsal/index.ts")>();
  const clusterStatus: typeof real.clusterStatus = async (name, place) =>
    machine.cluster ?? real.clusterStatus(name, place);
  return { ...real, clusterStatus };
});
// The checkout's own settings of the stack are left alone.
vi.mock("../engine/salt.ts", () => ({ saltOf: async () => undefined, forgetSalt: async () => {} }));
vi.setConfig({ testTimeout: 60_000 });

let cache: string;
beforeEach(async () => {
  cache = await scratch();
  machine.cluster = undefined;
  vi.stubEnv("PLUMBLINE_CACHE", cache);
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///somewhere/else");
  return () => vi.unstubAllEnvs();
});

const orders = { type: "kubernetes:apps/v1:Deployment", name: "orders" };
const volume = { type: "kubernetes:core/v1:PersistentVolumeClaim", name: "data", protect: true };
const deleted = { destroy: [...step("delete", orders), summary({ delete: 1 })] };

function engineOf(stack: FakeStack): FakeEngine {
  const engine = fakeEngine(join(cache, "tools"), { stacks: ["staging", "local"], events: deleted, ...stack });
  machine.toolchain = engine.toolchain;
  return engine;
}

const destroyed = (engine: FakeEngine) => engine.calls().filter((call) => call.startsWith("destroy"));

/** `down --json`, in a terminal or without one. */
async function downOf(name: string, options: { yes?: boolean; keepProtected?: boolean }) {
  const all = { yes: false, keepProtected: false, ...options };
  const { code, stdout } = await runHere("down", name, (context) => down(context, name, all));
  return { code, document: JSON.parse(stdout) };
}

describe("down of an environment with a state of its own", () => {
  it("deletes everything where nothing is protected", async () => {
    const engine = engineOf({ resources: [orders] });
    const { code, document } = await downOf("staging", { yes: true });
    expect(code).toBe(0);
    expect(document.changes).toEqual([expect.objectContaining({ label: "shop/orders", operation: "delete" })]);
    expect(destroyed(engine)).toEqual([expect.not.stringContaining("--exclude-protected")]);
  });

  it("stops before it deletes anything where something is protected, and names it", async () => {
    const engine = engineOf({ resources: [orders, volume] });
    const { code, document } = await downOf("staging", { yes: true });
    expect(code).toBe(1);
    expect(document.error.message).toContain("1 resource of the stack is protected: data. Nothing was deleted.");
    expect(document.error.fix).toContain("--keep-protected");
    expect(destroyed(engine)).toEqual([]);
  });

  it("keeps what is protected and deletes the rest, if told so", async () => {
    const engine = engineOf({ resources: [orders, volume] });
    const { code } = await downOf("staging", { yes: true, keepProtected: true });
    expect(code).toBe(0);
    expect(destroyed(engine)).toEqual([expect.stringContaining("--exclude-protected")]);
  });

  it("wants --yes where there is nobody to ask", async () => {
    const engine = engineOf({ resources: [orders] });
    const { code, document } = await downOf("staging", {});
    expect(code).toBe(2);
    expect(document.error.fix).toContain("--yes");
    expect(engine.calls()).toEqual([]);
  });
});

describe("the question", () => {
  /** `down staging` at a terminal where this is typed when it asks. */
  async function answered(typed: string) {
    const engine = engineOf({ resources: [orders] });
    const options = { yes: false, keepProtected: false };
    const run = await runHere("down", "staging", (context) => down(context, "staging", options), {
      json: false,
      typed,
    });
    return { code: run.code, said: run.stdout + run.stderr, engine };
  }

  it("is answered with the environment's name", async () => {
    const { code, said, engine } = await answered("staging\r");
    expect(code, said).toBe(0);
    expect(destroyed(engine)).toHaveLength(1);
  });

  it.each([
    ["another name", "production\r", '"production" is not staging. Nothing was deleted.'],
    ["yes", "y\r", '"y" is not staging'],
    ["nothing", "\r", '"" is not staging'],
  ])("refuses %s, and touches nothing", async (_, typed, message) => {
    const { code, said, engine } = await answered(typed);
    expect(code).toBe(2);
    expect(said).toContain(message);
    expect(engine.calls()).toEqual([]);
  });

  it.each([
    ["Ctrl-C", "\u0003"],
    ["Ctrl-D", "\u0004"],
    ["Ctrl-C in the middle of an answer", "stag\u0003"],
  ])("is left by %s, and nothing is touched", async (_, typed) => {
    const { code, said, engine } = await answered(typed);
    expect(code).toBe(130);
    expect(said).toContain("Interrupted.");
    expect(engine.calls()).toEqual([]);
  });
});

describe("down of a rehearsal", () => {
  const engineDir = () => join(cache, "engine", "local");

  /** A cluster that runs, and a state. */
  function lay(stack: FakeStack): FakeEngine {
    const engine = engineOf(stack);
    mkdirSync(join(engineDir(), "bin"), { recursive: true });
    mkdirSync(join(engineDir(), "state"));
    writeFileSync(join(engineDir(), "bin", "pulumi"), "");
    const dir = join(cache, "clusters", "local");
    mkdirSync(dir, { recursive: true });
    const kubeconfig = join(dir, "kubeconfig");
    machine.cluster = { name: "local", dir, phase: "ready", context: "plumbline-local", kubeconfig };
    return engine;
  }

  it("refuses --keep-protected: nothing of it is kept", async () => {
    const engine = lay({ resources: [volume] });
    const { code, document } = await downOf("local", { keepProtected: true });
    expect(code).toBe(2);
    expect(document.error.message).toContain("--keep-protected");
    expect(engine.calls()).toEqual([]);
    expect(existsSync(engineDir())).toBe(true);
  });

  it("stops where something is protected, and removes neither cluster nor state", async () => {
    const engine = lay({ resources: [orders, volume] });
    const { code, document } = await downOf("local", {});
    expect(code).toBe(1);
    expect(document.error.message).toContain("protected: data. Nothing was deleted.");
    expect(document.error.fix).not.toContain("--keep-protected");
    expect(destroyed(engine)).toEqual([]);
    expect([engineDir(), join(cache, "clusters", "local")].every(existsSync)).toBe(true);
  });

  it("removes cluster and state as a whole where the engine cannot delete", async () => {
    lay({ resources: [orders], events: { destroy: [{ errorEvent: { error: "the API server is broken" } }] } });
    const { code } = await downOf("local", {});
    expect(code).toBe(0);
    expect([engineDir(), join(cache, "clusters", "local")].some(existsSync)).toBe(false);
  });
});
