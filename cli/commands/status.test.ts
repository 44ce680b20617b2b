import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Toolchain } from "../../rehearsal/index.ts";
import { scratch } from "../../rehearsal/toolchain/testing/scratch.ts";
import { status } from "./status.ts";
import { type FakeStack, fakeEngine, step, summary } from "./testing/fake-engine.ts";
import { runHere } from "./testing/run-here.ts";

const tools = vi.hoisted(() => ({ toolchain: undefined as Toolchain | undefined }));
vi.mock("../prepare.ts", async (load) => ({
  ...(await load<typeof import("../prepare.ts")>()),
  toolchainStep: async () => tools.toolchain,
  toolsStep: async () => tools.toolchain,
}));
// The checkout's own settings of the stack are left alone.
vi.mock("../engine/salt.ts", () => ({ saltOf: async () => undefined, forgetSalt: async () => {} }));
vi.setConfig({ testTimeout: 60_000 });

let cache: string;
beforeEach(async () => {
  cache = await scratch();
  vi.stubEnv("PLUMBLINE_CACHE", cache);
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///somewhere/else");
  return () => vi.unstubAllEnvs();
});

/** `status --json`, with an engine that answers so. */
async function statusOf(name: string, options: { drift: boolean }, stack: FakeStack) {
  const engine = fakeEngine(join(cache, "tools"), stack);
  tools.toolchain = engine.toolchain;
  const { code, stdout, stderr } = await runHere("status", name, (context) => status(context, name, options));
  return { code, stderr, document: JSON.parse(stdout), calls: engine.calls() };
}

const orders = { type: "kubernetes:apps/v1:Deployment", name: "orders" };
const standing = { stacks: ["staging"], resources: [orders], objects: { items: [] } };

describe("status of an environment with a state of its own", () => {
  it("finds what another machine has brought up", async () => {
    const { code, document } = await statusOf("staging", { drift: false }, standing);
    expect(code).toBe(0);
    expect(document.inventory).toMatchObject({ resources: 1, workloads: [{ name: "orders" }] });
    expect(document.workloads).toEqual([expect.objectContaining({ name: "orders", missing: true })]);
    expect(document).not.toHaveProperty("drift");
  });

  it("tells releases that are on their way, in JSON and on the screen", async () => {
    const release = {
      kind: "Release",
      metadata: { name: "orders", namespace: "shop" },
      spec: { replicas: 3, strategy: {} },
      status: { phase: "Baking", stableRevision: "7d4f", updateRevision: "58c9" },
    };
    const objects = { items: [release] };
    const { document } = await statusOf("staging", { drift: false }, { ...standing, objects });
    expect(document.releases).toMatchObject([{ name: "orders", phase: "Baking", underWay: true }]);
    const { stdout } = await runHere("status", "staging", (c) => status(c, "staging", { drift: false }), {
      json: false,
    });
    expect(stdout).toMatch(/Releases +shop\/orders {2}Baking {2}7d4f -> 58c9\n +npm run release -- list/);
  });

  it("says that nothing stands only after it has looked", async () => {
    const { code, document, calls } = await statusOf("staging", { drift: false }, { stacks: ["production"] });
    expect(code).toBe(0);
    expect(document).toMatchObject({ inventory: null, workloads: null });
    expect(calls.some((call) => call.startsWith("stack ls"))).toBe(true);
  });

  it("compares what stands with the state, and writes to neither", async () => {
    const changed = step("refresh", orders, { detailedDiff: { "spec.replicas": { diffKind: "update" } } });
    const events = { refresh: [...changed, summary({ update: 1 })] };
    const { code, document, calls } = await statusOf("staging", { drift: true }, { ...standing, events });
    expect(code).toBe(0);
    expect(document.drift).toEqual([
      expect.objectContaining({ label: "shop/orders", what: "changed", paths: ["spec.replicas"] }),
    ]);
    expect(calls.find((call) => call.startsWith("refresh"))).toContain("--preview-only");
  });

  it("has no drift to tell where nothing differs", async () => {
    const events = { refresh: [...step("refresh", orders), summary({ same: 1 })] };
    const { code, document } = await statusOf("staging", { drift: true }, { ...standing, events });
    expect([code, document.drift]).toEqual([0, []]);
  });

  it("fails when drift is asked for and there is no such stack, and says what to do", async () => {
    const { code, document } = await statusOf("staging", { drift: true }, { stacks: [] });
    expect(code).toBe(1);
    expect(document).toMatchObject({ exitCode: 1, drift: null, inventory: null });
    expect(document.error.message).toContain("could not be compared");
    expect(document.error.fix).toContain("npm run up -- staging");
  });

  it("tells what stands also when the engine cannot compare it, and why it cannot", async () => {
    const events = { refresh: [{ errorEvent: { error: "no such context: shop-staging" } }] };
    const { code, document } = await statusOf("staging", { drift: true }, { ...standing, events });
    expect(code).toBe(1);
    expect(document).toMatchObject({ drift: null, inventory: { resources: 1 } });
    expect(document.diagnostics).toEqual([{ severity: "error", message: "no such context: shop-staging" }]);
    expect(document.steps.at(-1)).toMatchObject({ name: "Drift", state: "failed" });
  });
});

describe("status of a rehearsal", () => {
  const layOut = () => mkdirSync(join(cache, "engine", "local", "state"), { recursive: true });
  const stopped = () => {
    mkdirSync(join(cache, "clusters", "local"), { recursive: true });
    writeFileSync(join(cache, "clusters", "local", "cluster.json"), "{}");
  };
  const local = { ...standing, stacks: ["local"] };

  it("asks no engine where there is no state", async () => {
    const { code, document, calls } = await statusOf("local", { drift: false }, local);
    expect(code).toBe(0);
    expect(document).toMatchObject({ cluster: { phase: "absent" }, inventory: null });
    expect(calls).toEqual([]);
  });

  it("reads the state also when the tools that wrote it are gone", async () => {
    layOut();
    mkdirSync(join(cache, "engine", "local", "bin"));
    symlinkSync("/nonexistent/pulumi", join(cache, "engine", "local", "bin", "pulumi"));
    const { document } = await statusOf("local", { drift: false }, local);
    expect(document.inventory).toMatchObject({ resources: 1 });
  });

  it.each([
    ["stopped", stopped, "npm run cluster -- start"],
    ["absent", () => {}, "npm run up"],
  ])("cannot compare while the cluster is %s, and says what to do", async (phase, lay, fix) => {
    layOut();
    lay();
    const { code, document, stderr } = await statusOf("local", { drift: true }, local);
    expect(code, stderr).toBe(1);
    expect(document).toMatchObject({ drift: null, cluster: { phase }, inventory: { resources: 1 } });
    expect(document.error).toEqual({
      message: `What stands could not be compared with the state: its cluster is ${phase}.`,
      fix,
    });
  });

  it("does not advise a person to ask for drift who has just done so", async () => {
    const { stdout, stderr } = await runHere("status", "local", (c) => status(c, "local", { drift: true }), {
      json: false,
    });
    expect(stdout).toMatch(/Drift +not known: it could not be looked for/);
    expect(stderr).toContain("npm run up");
  });
});
