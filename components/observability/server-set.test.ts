import { expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { type ServerSet, serverService, serverSetPlan } from "./server-set.ts";

const SET: ServerSet = {
  name: "logs-loki-write",
  of: "logs",
  part: "write",
  namespace: "telemetry",
  zones: ["a", "b", "c"],
  replicas: 3,
  serviceName: "logs-loki-peers",
  account: "logs-loki",
  optOuts: {},
  peer: { "plumbline.dev/loki": "true" },
  priority: "store",
  config: { name: "logs-loki", checksum: "0a1b" },
  program: { name: "loki", image: "loki:3", ports: { http: 3100, grpc: 9095 } },
  files: { initContainers: [], environment: [], mounts: [], volumes: [{ name: "bucket", secret: {} }] },
  scratch: "256Mi",
  disk: "10Gi",
};

// biome-ignore lint/suspicious/noExplicitAny: a plan is inputs, which a test reads as values.
const planned = (change: Partial<ServerSet> = {}): any => serverSetPlan({ ...SET, ...change });

test("servers with a disk have a claim for it each, and say what kind of data they keep; those without have neither", () => {
  const kept = planned();
  expect(kept.spec.volumeClaimTemplates[0].spec.resources.requests).toEqual({ storage: "10Gi" });
  expect(kept.metadata.labels).toHaveProperty(["plumbline.dev/data-class"]);
  const passing = planned({ disk: undefined });
  expect(passing.spec).not.toHaveProperty("volumeClaimTemplates");
  expect(passing.metadata.labels).not.toHaveProperty(["plumbline.dev/data-class"]);
});

test("several are spread over zones; one alone is where its disk is, and waits for no other", () => {
  expect(planned().spec.template.spec.topologySpreadConstraints).toBeDefined();
  expect(planned({ replicas: 1 }).spec.template.spec).not.toHaveProperty("topologySpreadConstraints");
});

test("another configuration, or an opt-out, is on the pods; all servers carry what they find each other by", () => {
  const { metadata } = planned({ optOuts: { backup: optOut("kept for days alone") } }).spec.template;
  expect(metadata.annotations).toEqual({
    "plumbline.dev/config-checksum": "0a1b",
    "plumbline.dev/opt-out.backup": "kept for days alone",
  });
  expect(metadata.labels).toMatchObject({ "plumbline.dev/loki": "true", "app.kubernetes.io/component": "write" });
});

test("a port has one name, in the container and in each Service", () => {
  const [container] = planned().spec.template.spec.containers;
  const service = serverService(SET, SET.program.ports, optOut("on another dashboard"), { clusterIP: "None" });
  expect(container.ports).toEqual([
    { name: "http", containerPort: 3100 },
    { name: "grpc", containerPort: 9095 },
  ]);
  expect(service.spec).toEqual({
    clusterIP: "None",
    ports: [
      { name: "http", port: 3100, targetPort: "http" },
      { name: "grpc", port: 9095, targetPort: "grpc" },
    ],
  });
});
