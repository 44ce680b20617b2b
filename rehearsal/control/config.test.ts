import { expect, it } from "vitest";
import { type ClusterPlan, clusterConfig } from "./config.ts";

const PLAN: ClusterPlan = {
  name: "local",
  region: "local",
  zones: ["local-a", "local-b", "local-c"],
  nodesPerZone: 3,
  node: { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 },
  crds: ["/crds"],
};

it("spreads the nodes over the zones", () => {
  const { nodes, ...rest } = clusterConfig(PLAN);
  expect(rest).toEqual({ name: "local", region: "local", crds: ["/crds"] });
  expect(nodes.map(({ name }) => name)).toEqual([
    ...["local-a-1", "local-a-2", "local-a-3"],
    ...["local-b-1", "local-b-2", "local-b-3"],
    ...["local-c-1", "local-c-2", "local-c-3"],
  ]);
  expect(nodes[4]).toEqual({
    name: "local-b-2",
    zone: "local-b",
    instanceType: "m7i.xlarge",
    cpu: "4",
    memory: "16Gi",
    pods: 110,
  });
});

it("passes on where the release controller finds Prometheus", () => {
  const releases = { prometheus: { namespace: "monitoring", service: "prometheus", port: 9090 } };
  expect(clusterConfig({ ...PLAN, releases })).toMatchObject({ releases });
  expect(clusterConfig(PLAN)).not.toHaveProperty("releases");
  expect(clusterConfig({ ...PLAN, auditPolicy: "/policy.yaml" })).toMatchObject({ auditPolicy: "/policy.yaml" });
});

it.each<[string, Partial<ClusterPlan>]>([
  ["name", { name: "Local" }],
  ["name", { name: "../x" }],
  ["region", { region: "" }],
  ["zones", { zones: [] }],
  ["zones", { zones: ["a", "a"] }],
  ["zones[1]", { zones: ["a", "b_c"] }],
  ["nodesPerZone", { nodesPerZone: 0 }],
  ["nodesPerZone", { nodesPerZone: -1 }],
  ["nodesPerZone", { nodesPerZone: 1.5 }],
  ["nodesPerZone", { nodesPerZone: 101 }],
  ["node.cpu", { node: { ...PLAN.node, cpu: "four" } }],
  ["node.cpu", { node: { ...PLAN.node, cpu: "0" } }],
  ["node.memory", { node: { ...PLAN.node, memory: "16GB" } }],
  ["node.memory", { node: { ...PLAN.node, memory: "-1Gi" } }],
  ["node.pods", { node: { ...PLAN.node, pods: 0 } }],
  ["node.instanceType", { node: { ...PLAN.node, instanceType: "m7i xlarge" } }],
])("refuses a bad %s: %j", (field, change) => {
  expect(() => clusterConfig({ ...PLAN, ...change })).toThrow(`  ${field}: `);
});

it("names every bad value at once, with what is allowed", () => {
  const plan = { ...PLAN, nodesPerZone: -1, node: { ...PLAN.node, memory: "much" } };
  expect(() => clusterConfig(plan)).toThrow(
    /nodesPerZone: -1 was given; allowed: a whole number from 1 to 100\n {2}node\.memory: "much" was given; allowed: a positive/,
  );
});
