import { describe, expect, it } from "vitest";
import { nameOf, nameOfStep, objectName, urnParts } from "./resource-name.ts";

const URN = "urn:pulumi:local::plumbline::plumbline:workload:Microservice$kubernetes:apps/v1:Deployment::orders";

describe("urnParts", () => {
  it("takes the last type and the whole name", () => {
    expect(urnParts(URN)).toEqual({
      type: "kubernetes:apps/v1:Deployment",
      parents: ["plumbline:workload:Microservice"],
      name: "orders",
    });
    expect(urnParts("urn:pulumi:local::plumbline::a:b:C::one::two")).toEqual({
      type: "a:b:C",
      parents: [],
      name: "one::two",
    });
  });
});

describe("nameOf", () => {
  it("calls a resource by its name in the program and the last part of its type", () => {
    expect(nameOf(URN)).toEqual({ label: "orders", kind: "Deployment" });
  });
});

describe("nameOfStep", () => {
  const state = (inputs: Record<string, unknown>) => ({
    type: "",
    urn: URN,
    id: "",
    parent: "",
    provider: "",
    inputs,
    outputs: {},
  });

  it("prefers what the cluster calls it", () => {
    const step = { urn: URN, new: state({ metadata: { name: "orders-7f", namespace: "shop" } }) };
    expect(nameOfStep(step).label).toBe("shop/orders-7f");
  });

  it("falls back to the old state when there is no new one, as for a delete", () => {
    expect(nameOfStep({ urn: URN, old: state({ metadata: { name: "gone" } }) }).label).toBe("gone");
  });
});

describe("objectName", () => {
  it.each([
    [undefined, undefined],
    [{}, undefined],
    [{ metadata: { name: "" } }, undefined],
    [{ metadata: { name: { unknown: true } } }, undefined],
    [{ metadata: { name: "shop" } }, "shop"],
    [{ metadata: { name: "orders", namespace: "shop" } }, "shop/orders"],
  ])("of %j is %s", (inputs, name) => {
    expect(objectName(inputs)).toBe(name);
  });
});
