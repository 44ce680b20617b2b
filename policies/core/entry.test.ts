import { expect, test } from "vitest";
import { gatewaysOf, isGateway, isIngress, isMeshRoute, isRoute, onlyRedirects } from "./entry.ts";
import { fromManifest } from "./resource.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const object = (apiVersion: string, kind: string, spec: unknown = {}) =>
  new Stack(fromManifest({ apiVersion, kind, metadata: { name: "a", namespace: "shop" }, spec }))
    .objects[0] as StackObject;
const route = (spec: unknown) => object("gateway.networking.k8s.io/v1", "HTTPRoute", spec);
const redirect = { filters: [{ type: "RequestRedirect", requestRedirect: { scheme: "https" } }] };

test.each([
  ["networking.k8s.io/v1", "Ingress", [true, false, false]],
  ["extensions/v1beta1", "Ingress", [true, false, false]],
  ["config.openshift.io/v1", "Ingress", [false, false, false]],
  ["gateway.networking.k8s.io/v1", "Gateway", [false, true, false]],
  ["networking.istio.io/v1", "Gateway", [false, false, false]],
  ["gateway.networking.k8s.io/v1alpha2", "TCPRoute", [false, false, true]],
  ["policy.linkerd.io/v1beta3", "HTTPRoute", [false, false, false]],
])("%s %s", (apiVersion, kind, expected) => {
  const one = object(apiVersion, kind);
  expect([isIngress(one), isGateway(one), isRoute(one)]).toEqual(expected);
});

test("a route only redirects if each of its rules does, and it has any", () => {
  expect(onlyRedirects(route({ rules: [redirect, redirect] }))).toBe(true);
  expect(onlyRedirects(route({ rules: [redirect, { backendRefs: [] }] }))).toBe(false);
  expect(onlyRedirects(route({ rules: [] }))).toBe(false);
  expect(() => onlyRedirects(route({ rules: [redirect, UNKNOWN] }))).toThrow(UnknownValue);
});

test("the gateways of a route, in its namespace if it says no other", () => {
  const parentRefs = [{ name: "a" }, { name: "b", namespace: "edge" }, { kind: "Service", name: "c" }];
  expect(gatewaysOf(route({ parentRefs }))).toEqual(["shop/a", "edge/b"]);
});

test("a route of a mesh attaches to Services alone", () => {
  const service = { group: "", kind: "Service", name: "a" };
  expect(isMeshRoute(route({ parentRefs: [service, service] }))).toBe(true);
  expect(isMeshRoute(route({ parentRefs: [service, { name: "edge" }] }))).toBe(false);
  expect(isMeshRoute(route({}))).toBe(false);
});
