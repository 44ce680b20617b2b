import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { Toolchain } from "../../rehearsal/index.ts";
import { scratch } from "../../rehearsal/toolchain/testing/scratch.ts";
import { type FakeStack, fakeEngine, step, summary } from "./testing/fake-engine.ts";
import { runHere } from "./testing/run-here.ts";
import { up } from "./up.ts";

const tools = vi.hoisted(() => ({ toolchain: undefined as Toolchain | undefined }));
vi.mock("../prepare.ts", async (load) => ({
  ...(await load<typeof import("../prepare.ts")>()),
  toolchainStep: async () => tools.toolchain,
  toolsStep: async () => tools.toolchain,
}));
vi.setConfig({ testTimeout: 60_000 });

let cache: string;
beforeEach(async () => {
  cache = await scratch();
  vi.stubEnv("PLUMBLINE_CACHE", cache);
  vi.stubEnv("PULUMI_BACKEND_URL", "file:///somewhere/else");
  return () => vi.unstubAllEnvs();
});

const orders = { type: "kubernetes:apps/v1:Deployment", name: "orders" };
const serving = {
  items: [
    {
      kind: "Deployment",
      metadata: { namespace: "shop", name: "orders" },
      spec: { replicas: 1 },
      status: { readyReplicas: 1 },
    },
  ],
};
const created = [...step("create", orders, { old: null }), summary({ create: 1 })];
const standing: FakeStack = { stacks: ["staging"], resources: [orders], events: { preview: created, up: created } };

/** `up staging --json`, with an engine and a kubectl that answer so; Ctrl-C is pressed in the step of that name. */
async function upOf(stack: FakeStack, interruptedIn?: string) {
  tools.toolchain = fakeEngine(join(cache, "tools"), stack).toolchain;
  const { code, stdout } = await runHere("up", "staging", async (context) => {
    const look = () => {
      if (context.steps.all.at(-1)?.name === interruptedIn) context.interrupt.press(performance.now());
    };
    const timer = setInterval(look, 20);
    return up(context, "staging").finally(() => clearInterval(timer));
  });
  return { code, document: JSON.parse(stdout) };
}

const lastRunFile = () => join(cache, "engine", "staging", "last-run.json");
const remembered = () => JSON.parse(readFileSync(lastRunFile(), "utf8"));

describe("the record of an up", () => {
  it("says what was done when everything is ready", async () => {
    const { code } = await upOf({ ...standing, objects: serving });
    expect(code).toBe(0);
    expect(remembered()).toMatchObject({ result: "succeeded", outcome: "1 created" });
  });

  it("says that it failed when what was made did not become ready", async () => {
    const { code, document } = await upOf(standing);
    expect(code).toBe(1);
    expect(document.steps.at(-1)).toMatchObject({ name: "Readiness", state: "failed" });
    expect(remembered()).toMatchObject({ result: "failed", outcome: expect.stringContaining("kubectl") });
  });

  it("says that it was interrupted while it waited for what was made", async () => {
    const waiting = { items: serving.items.map((item) => ({ ...item, status: { readyReplicas: 0 } })) };
    const { code, document } = await upOf({ ...standing, objects: waiting }, "Readiness");
    expect(code).toBe(130);
    expect(document.steps.at(-1)).toMatchObject({ name: "Readiness", state: "stopped" });
    expect(remembered()).toMatchObject({ result: "interrupted" });
  });

  it("says how a version is tried again whose release was taken back: up alone would fail again", async () => {
    const inventory = { type: "kubernetes:delivery.plumbline.dev/v1alpha1:Release", name: "inventory" };
    const [began] = step("update", inventory);
    const { metadata } = (began as { resourcePreEvent: { metadata: { urn: string } } }).resourcePreEvent;
    const said = { urn: metadata.urn, severity: "error", message: "the condition Failed is True" };
    const failed = [began, { diagnosticEvent: said }, { errorEvent: { error: "update failed" } }] as object[];
    const release = (phase: string) => ({
      kind: "Release",
      metadata: { name: "inventory", namespace: "shop" },
      spec: { strategy: {} },
      status: { phase, stableRevision: "7d4f", updateRevision: "58c9" },
    });
    const events = { preview: [...step("update", inventory), summary({ update: 1 })], up: failed };
    const fixOf = async (phase: string) => {
      const objects = { items: [release(phase)] };
      const { code, document } = await upOf({ ...standing, resources: [inventory], events, objects });
      expect([code, document.error.message]).toEqual([1, expect.stringContaining("The update failed")]);
      return document.error.fix;
    };
    expect(await fixOf("Aborted")).toContain("npm run release -- retry inventory --namespace shop");
    expect(await fixOf("Progressing")).toContain("run it again");
  });

  it("stops before anything is made where the plan replaces what holds data", async () => {
    const volume = { type: "kubernetes:core/v1:PersistentVolumeClaim", name: "data" };
    const preview = [
      ...step("create-replacement", volume),
      ...step("delete-replaced", volume),
      summary({ replace: 1, same: 3 }),
    ];
    const resources = [volume];
    const { code, document } = await upOf({ ...standing, resources, events: { preview, up: created } });
    expect([code, document.error.message]).toEqual([3, "1 mandatory violation. Nothing was made or changed."]);
    expect(document.violations).toMatchObject([{ rule: "stateful-replacement-waived", level: "mandatory" }]);
    expect(document.steps.map(({ name }: { name: string }) => name)).not.toContain("Deploy");
  });

  it("says why the plan could not be made", async () => {
    const { code } = await upOf({ ...standing, events: { preview: [{ errorEvent: { error: "no such context" } }] } });
    expect(code).toBe(1);
    expect(remembered()).toMatchObject({
      result: "failed",
      outcome: expect.stringContaining("plan could not be made"),
    });
  });

  it.each([
    ["success", serving, 0, undefined],
    ["the reason of a failure", undefined, 1, expect.stringContaining("kubectl")],
  ])("does not hide %s where it cannot be written", async (_, objects, expected, message) => {
    mkdirSync(lastRunFile(), { recursive: true });
    const { code, document } = await upOf({ ...standing, ...(objects && { objects }) });
    expect(code).toBe(expected);
    expect(document.error?.message).toEqual(message);
  });
});
