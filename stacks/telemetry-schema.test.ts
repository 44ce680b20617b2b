import { expect, test } from "vitest";
import { telemetrySchema } from "./telemetry-schema.ts";

const TELEMETRY = { traces: { storage: { kind: "badger", disk: "5Gi" } }, logs: { disk: "10Gi" } };
const SIZE = { cpu: 1, memory: "1Gi" };
const traces = (more: object) => telemetrySchema.safeParse({ ...TELEMETRY, traces: { ...TELEMETRY.traces, ...more } });

test("what runbooks say to raise can be raised: how long a trace is waited for, and what each part may take", () => {
  const resources = Object.fromEntries(
    ["collector", "sampler", "jaeger"].map((part) => [part, { requests: SIZE, limits: SIZE }]),
  );
  const { data } = traces({ sampling: { wait: "30s" }, resources });
  expect(data?.traces.sampling).toEqual({ wait: "30s" });
  const taken = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
  expect(data?.traces.resources).toEqual({ collector: taken, sampler: taken, jaeger: taken });
});

test("logs and profiles are given what they may take, too, and profiles are left out where nobody asks for them", () => {
  const resources = { requests: SIZE, limits: SIZE };
  const logs = { disk: "10Gi", resources: { agent: resources, loki: resources } };
  const { data } = telemetrySchema.safeParse({ ...TELEMETRY, logs, profiles: { disk: "5Gi", resources } });
  const taken = { requests: { cpu: "1", memory: "1Gi" }, limits: { cpu: "1", memory: "1Gi" } };
  expect(data?.logs.resources).toEqual({ agent: taken, loki: taken });
  expect(data?.profiles).toEqual({ disk: "5Gi", resources: taken });
  expect(telemetrySchema.safeParse(TELEMETRY).data).not.toHaveProperty("profiles");
});

test.each([
  ["a wait that is no duration", { sampling: { wait: "soon" } }, ["traces", "sampling", "wait"]],
  [
    "resources of a part that is none",
    { resources: { agent: { requests: SIZE, limits: SIZE } } },
    ["traces", "resources"],
  ],
  [
    "requests without limits",
    { resources: { jaeger: { requests: SIZE } } },
    ["traces", "resources", "jaeger", "limits"],
  ],
])("%s: refused", (_, more, path) => {
  expect(traces(more).error?.issues.map((issue) => issue.path)).toEqual([path]);
});
