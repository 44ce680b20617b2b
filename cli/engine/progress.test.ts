import { describe, expect, it } from "vitest";
import { UnfinishedProgramError } from "../../components/core/invalid.ts";
import type { EngineEvent, Operation } from "./events.ts";
import { advance, corrected, type EngineProgress, isUnchanged, NOTHING_YET } from "./progress.ts";

const DEPLOYMENT = "kubernetes:apps/v1:Deployment";
const urnOf = (name: string, type = DEPLOYMENT) => `urn:pulumi:local::plumbline::${type}::${name}`;

interface StepOptions {
  readonly type?: string;
  readonly custom?: boolean;
  readonly gone?: boolean;
  readonly detailedDiff?: Record<string, unknown>;
}

/** A step's metadata in the shape in which engine 3.259 sends it. */
function metadata(op: Operation, name: string, options: StepOptions = {}) {
  const { type = DEPLOYMENT, custom = true, gone = false, detailedDiff = null } = options;
  const inputs = { metadata: { name, namespace: "shop" } };
  const state = { type, urn: urnOf(name, type), custom, id: "", parent: "", inputs, outputs: {}, provider: "" };
  return {
    op,
    urn: urnOf(name, type),
    type,
    old: op === "create" ? null : state,
    new: gone ? null : state,
    detailedDiff,
    provider: "",
  };
}

const event = (part: object) => ({ sequence: 0, timestamp: 0, ...part }) as EngineEvent;
const pre = (...args: Parameters<typeof metadata>) => event({ resourcePreEvent: { metadata: metadata(...args) } });
const post = (...args: Parameters<typeof metadata>) => event({ resOutputsEvent: { metadata: metadata(...args) } });
const failed = (...args: Parameters<typeof metadata>) =>
  event({ resOpFailedEvent: { metadata: metadata(...args), status: 1, steps: 1 } });
const said = (severity: string, message: string, more: object = {}) =>
  event({ diagnosticEvent: { severity, message, color: "never", ...more } });
const summary = (resourceChanges: object) => event({ summaryEvent: { resourceChanges, durationSeconds: 1 } });

/** Plays events, a second apart. */
function play(...events: readonly EngineEvent[]): EngineProgress {
  return events.reduce((progress, one, i) => advance(progress, one, (i + 1) * 1000), NOTHING_YET);
}

describe("advance", () => {
  it("follows a create from its beginning to its end, and times it", () => {
    const began = play(pre("create", "orders"));
    expect([...began.active.values()]).toEqual([
      { label: "shop/orders", kind: "Deployment", operation: "create", since: 1000 },
    ]);
    const ended = advance(began, post("create", "orders"), 5000);
    expect(ended.active.size).toBe(0);
    expect(ended.changes).toEqual([
      {
        urn: urnOf("orders"),
        label: "shop/orders",
        kind: "Deployment",
        operation: "create",
        paths: [],
        milliseconds: 4000,
      },
    ]);
  });

  it("does not change what it is given", () => {
    const began = play(pre("create", "orders"));
    advance(began, post("create", "orders"), 2000);
    expect(began.active.size).toBe(1);
    expect(began.changes).toEqual([]);
  });

  it("keeps the provider's word on a wait, without seconds that the screen counts itself", () => {
    const waiting = said("info", "1 of 3 pods ready (12 s)\nmore\n", { urn: urnOf("orders"), ephemeral: true });
    const progress = play(pre("create", "orders"), waiting);
    expect(progress.active.get(urnOf("orders"))?.reason).toBe("1 of 3 pods ready");
    expect(progress.diagnostics).toEqual([]);
  });

  it("counts neither components nor provider settings nor what only announces a replacement", () => {
    const progress = play(
      post("create", "c", { type: "plumbline:workload:Microservice", custom: false }),
      post("create", "p", { type: "pulumi:providers:kubernetes" }),
      post("replace", "orders"),
      post("create-replacement", "orders"),
      post("delete-replaced", "orders"),
    );
    expect(progress.changes.map(({ operation }) => operation)).toEqual(["create-replacement", "delete-replaced"]);
  });

  it("tells unchanged from changed", () => {
    const progress = play(
      post("same", "a"),
      post("update", "b", { detailedDiff: { "spec.replicas": {}, "metadata.labels": {} } }),
    );
    expect(progress.unchanged).toBe(1);
    expect(progress.changes[0]?.paths).toEqual(["metadata.labels", "spec.replicas"]);
  });

  it("keeps failures apart from changes", () => {
    const progress = play(pre("create", "orders"), failed("create", "orders"));
    expect(progress.changes).toEqual([]);
    expect(progress.failures[0]?.label).toBe("shop/orders");
    expect(progress.active.size).toBe(0);
  });

  it("ends with nothing active, and the engine's own count", () => {
    const progress = play(pre("create", "orders"), summary({ create: 1 }));
    expect(progress).toMatchObject({ stage: "ended", totals: { create: 1 } });
    expect(progress.active.size).toBe(0);
  });
});

describe("drift", () => {
  const deleted = [pre("refresh", "orders"), post("refresh", "orders", { gone: true })];
  const scaled = [pre("refresh", "cache"), post("refresh", "cache", { detailedDiff: { "spec.replicas": {} } })];

  it("is what a refresh finds missing or changed, and nothing else", () => {
    const progress = play(...deleted, ...scaled, pre("refresh", "same"), post("refresh", "same"));
    expect(progress.refreshed).toBe(3);
    expect(progress.drift.map(({ label, what, paths }) => [label, what, paths])).toEqual([
      ["shop/orders", "missing", []],
      ["shop/cache", "changed", ["spec.replicas"]],
    ]);
  });

  it("is put back where the plan touches it; a status that nobody asked for is not", () => {
    const progress = play(...deleted, ...scaled, post("create", "orders"));
    expect(corrected(progress).map(({ label }) => label)).toEqual(["shop/orders"]);
  });

  it("is seen also by a refresh alone, whose steps end as what was found", () => {
    const progress = play(pre("refresh", "orders"), post("delete", "orders", { gone: true }));
    expect(progress.drift.map(({ what }) => what)).toEqual(["missing"]);
    expect(progress.changes).toEqual([]);
  });
});

describe("diagnostics", () => {
  it("are kept once, without the engine's echo at the end", () => {
    const progress = play(
      said("error", "conflict\n", { urn: urnOf("orders") }),
      said("error", "conflict\n", { urn: urnOf("orders") }),
      said("error", "update failed"),
      said("error", "failed to run policy: context canceled", { urn: urnOf("cache") }),
      said("error", new UnfinishedProgramError('Microservice "orders" calls inventory').message),
      said("debug", "Registering resource"),
    );
    expect(progress.diagnostics).toEqual([
      { severity: "error", resource: { label: "orders", kind: "Deployment" }, message: "conflict" },
    ]);
  });

  it("join what a program prints line by line into one text", () => {
    const progress = play(
      said("info#err", "Error: no\n"),
      said("info#err", "    at f (x.ts:1)\n"),
      said("info#err", "\n"),
    );
    expect(progress.diagnostics).toEqual([{ severity: "info", message: "Error: no\n    at f (x.ts:1)" }]);
  });

  it("take an error that belongs to no resource", () => {
    expect(play(event({ errorEvent: { error: "no plugin" } })).diagnostics).toEqual([
      { severity: "error", message: "no plugin" },
    ]);
  });
});

describe("violations", () => {
  const violation = (resourceUrn: string | undefined, enforcementLevel: string) =>
    event({
      policyEvent: { resourceUrn, message: "what: x\n", policyName: "r", policyPackName: "p", enforcementLevel },
    });

  it("name the rule, the resource and the level", () => {
    const progress = play(violation(urnOf("orders"), "mandatory"), violation(undefined, "advisory"));
    expect(progress.violations).toEqual([
      {
        rule: "r",
        pack: "p",
        level: "mandatory",
        resource: { label: "orders", kind: "Deployment" },
        message: "what: x",
      },
      { rule: "r", pack: "p", level: "advisory", message: "what: x" },
    ]);
  });

  it("of the stack's own URN are about the stack as a whole", () => {
    const urn = "urn:pulumi:local::plumbline::pulumi:pulumi:Stack::plumbline-local";
    expect(play(violation(urn, "mandatory")).violations[0]).not.toHaveProperty("resource");
  });
});

describe("isUnchanged", () => {
  it.each([
    [{ same: 12 }, true],
    [{ same: 12, read: 1, update: 0 }, true],
    [{ same: 12, create: 1 }, false],
    [{ "delete-replaced": 1 }, false],
  ])("of %j is %s", (totals, expected) => {
    expect(isUnchanged(play(summary(totals)))).toBe(expected);
  });

  it("is false while nobody has counted", () => {
    expect(isUnchanged(NOTHING_YET)).toBe(false);
  });
});
