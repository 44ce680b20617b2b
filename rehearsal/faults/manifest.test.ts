import { describe, expect, it } from "vitest";
import type { Fault } from "./fault.ts";
import { faultManifest, knownFault } from "./manifest.ts";

describe("faultManifest", () => {
  it.each<[Fault, object]>([
    [
      { type: "pod-kill", namespace: "shop", selector: "app=web" },
      { pods: { namespace: "shop", selector: "app=web", all: false } },
    ],
    [
      { type: "node-kill", node: "a-1" },
      { node: "a-1", duration: "60s" },
    ],
    [
      { type: "zone-loss", zone: "a", duration: "1m30s" },
      { zone: "a", duration: "1m30s" },
    ],
    [
      { type: "cpu-hog", node: "a-1" },
      { node: "a-1", duration: "60s", cpu: "1" },
    ],
    [
      { type: "clock-skew", node: "a-1", skew: "-90s" },
      { node: "a-1", duration: "60s", skew: "-90s" },
    ],
    [
      { type: "slow-network", node: "a-1", latency: "50ms", jitter: "50ms" },
      { node: "a-1", duration: "60s", latency: "50ms", jitter: "50ms" },
    ],
    [
      { type: "packet-loss", node: "a-1", duration: "1h" },
      { node: "a-1", duration: "1h", percent: 10 },
    ],
  ])("asks for %o", (fault, spec) => {
    expect(faultManifest(fault)).toEqual({
      apiVersion: "faults.plumbline.dev/v1alpha1",
      kind: "Fault",
      metadata: { generateName: `${fault.type}-` },
      spec: { type: fault.type, ...spec },
    });
  });

  it.each<[Fault, string]>([
    [
      { type: "pod-kill", namespace: "", selector: "app=web" },
      'namespace: "" was given; allowed: the name of a namesp',
    ],
    [{ type: "pod-kill", namespace: "shop", selector: " " }, "selector:"],
    [{ type: "drain", node: "" }, "node:"],
    [{ type: "node-kill", node: "a", duration: "2h" }, 'duration: "2h" was given; allowed: 1s to 1h'],
    [{ type: "node-kill", node: "a", duration: "500ms" }, "duration:"],
    [{ type: "node-kill", node: "a", duration: "60" }, "duration:"],
    [{ type: "cpu-hog", node: "a", cpu: "0" }, "cpu:"],
    [{ type: "cpu-hog", node: "a", cpu: "all" }, "cpu:"],
    [{ type: "clock-skew", node: "a", skew: "0s" }, 'skew: "0s" was given; allowed: 1s to 24h, or -24h to -1s'],
    [{ type: "clock-skew", node: "a", skew: "--5m" }, "skew:"],
    [{ type: "slow-network", node: "a", latency: "11s" }, "latency:"],
    [
      { type: "slow-network", node: "a", latency: "10ms", jitter: "20ms" },
      'jitter: "20ms" was given; allowed: 0ms to 10',
    ],
    [{ type: "packet-loss", node: "a", percent: 0.5 }, "percent: 0.5 was given; allowed: a whole number from 1 to 100"],
    [{ type: "packet-loss", node: "a", percent: 101 }, "percent:"],
  ])("refuses %o", (fault, problem) => {
    expect(() => faultManifest(fault)).toThrow(problem);
  });

  it("names everything that is wrong at once", () => {
    expect(() => faultManifest({ type: "packet-loss", node: "", duration: "1y", percent: 0 })).toThrow(
      /node:.*\n.*duration:.*\n.*percent:/,
    );
  });
});

describe("knownFault", () => {
  const object = {
    apiVersion: "faults.plumbline.dev/v1alpha1",
    kind: "Fault",
    metadata: { name: "drain-x", creationTimestamp: "2026-11-24T00:00:00Z" },
    spec: { type: "drain", node: "a-1" },
  };

  it("tells of a fault that nobody has looked at yet", () => {
    expect(knownFault(object)).toMatchObject({ name: "drain-x", type: "drain", phase: "Pending", message: "" });
  });

  it("tells until when one lasts", () => {
    const status = { phase: "Active", target: "node a-1", until: "2026-11-24T00:01:00Z", message: "held" };
    expect(knownFault({ ...object, status })).toMatchObject({
      phase: "Active",
      target: "node a-1",
      until: new Date("2026-11-24T00:01:00Z"),
      message: "held",
    });
  });
});
