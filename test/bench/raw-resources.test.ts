import { describe, expect, it } from "vitest";
import { rawResources } from "./raw-resources.ts";

describe("raw resources", () => {
  it("are the Kubernetes resources of a state, with names, inputs and dependencies", () => {
    const stack = { urn: "urn:pulumi:bench::p::pulumi:pulumi:Stack::p-bench", type: "pulumi:pulumi:Stack" };
    const component = {
      urn: "urn:pulumi:bench::p::plumbline:cluster:Namespace::shop",
      type: "plumbline:cluster:Namespace",
    };
    const namespace = {
      urn: "urn:pulumi:bench::p::plumbline:cluster:Namespace$kubernetes:core/v1:Namespace::shop",
      type: "kubernetes:core/v1:Namespace",
      inputs: { kind: "Namespace" },
    };
    const service = {
      urn: "urn:pulumi:bench::p::kubernetes:core/v1:Service::orders",
      type: "kubernetes:core/v1:Service",
      inputs: { kind: "Service" },
      dependencies: [namespace.urn],
    };
    const state = { version: 3, deployment: { resources: [stack, component, namespace, service] } };
    expect(rawResources(state)).toEqual([
      { ...namespace, name: "shop", dependencies: [] },
      { ...service, name: "orders" },
    ]);
    expect(rawResources({ deployment: {} })).toEqual([]);
  });
});
