import { expect, test } from "vitest";
import type { Duration } from "../core/duration.ts";
import { gatewayNetworkPlan, gatewayPlan, gatewayProblems, IMPLEMENTATIONS, redirectPlan } from "./gateway-plan.ts";
import { routePlan, routeProblems } from "./route-plan.ts";

test("what comes without TLS is only ever redirected", () => {
  const { spec } = gatewayPlan("edge", "shop-edge", "shop.example.com", "edge-certificate-tls");
  const plain = spec.listeners.filter(({ protocol }) => protocol === "HTTP");
  expect(plain.map(({ allowedRoutes }) => allowedRoutes.namespaces)).toEqual([{ from: "Same" }]);
  expect(redirectPlan("edge", "shop-edge", "shop.example.com").spec).toMatchObject({
    parentRefs: [{ sectionName: plain[0]?.name }],
    rules: [{ filters: [{ requestRedirect: { scheme: "https", statusCode: 301 } }] }],
  });
});

test("the gateway sends to the services that have a route, and to nothing else", () => {
  const orders = { namespace: "shop", podLabels: { app: "orders" }, port: 8080 };
  const plan = gatewayNetworkPlan("edge", IMPLEMENTATIONS.rehearsal, [orders]);
  expect(plan.egress).toEqual([
    {
      to: [
        {
          namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "shop" } },
          podSelector: { matchLabels: { app: "orders" } },
        },
      ],
      ports: [{ protocol: "TCP", port: 8080 }],
    },
  ]);
});

test("a route has a timeout, in the form of the Gateway API", () => {
  const gateway = { name: "edge", namespace: "shop-edge", host: "shop.example.com" };
  const service = { name: "orders", port: 8080 };
  const { spec } = routePlan({ name: "orders", namespace: "shop", gateway, path: "/orders", service, timeout: "2s" });
  expect(spec.rules[0]).toMatchObject({ timeouts: { request: "2000ms", backendRequest: "2000ms" } });
});

test.each(["orders", "/a//b", "/../etc", "/a b", ""])("the path %j is refused", (path) => {
  expect(routeProblems("orders", path, "1s")).toEqual([expect.objectContaining({ field: "path", given: path })]);
});

test.each(["0s", "100s", "soon"])("the timeout %j is refused", (timeout) => {
  expect(routeProblems("orders", "/", timeout as Duration)).toEqual([expect.objectContaining({ field: "timeout" })]);
});

test.each(["localhost", "Shop.example.com", "shop..com", "*.example.com"])("the host %j is refused", (host) => {
  expect(gatewayProblems("edge", host)).toEqual([expect.objectContaining({ field: "host" })]);
});
