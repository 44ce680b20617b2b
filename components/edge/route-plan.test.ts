import { expect, test } from "vitest";
import type { Duration } from "../core/duration.ts";
import { optOut } from "../core/opt-out.ts";
import { completeProxies, gatewayProblems } from "./gateway-args.ts";
import { gatewayClassPlan, gatewayNetworkPlan, gatewayPlan, IMPLEMENTATIONS, redirectPlan } from "./gateway-plan.ts";
import { proxiesPlan } from "./proxies-plan.ts";
import { responseHeaders } from "./response-headers.ts";
import { type Declared, routePlan, routeProblems, routesPlan } from "./route-plan.ts";
import type { RouteVersion } from "./route-version.ts";

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

test("Envoy's proxies are told what to write of a request: nothing of who sent it, no query", () => {
  const proxies = { ...completeProxies({}), zones: ["a"], podLabels: { app: "edge" } };
  const { metadata, kind, spec } = proxiesPlan("edge", "shop-edge", proxies);
  const { parametersRef } = gatewayClassPlan("edge", "shop-edge", IMPLEMENTATIONS.envoy).spec;
  expect(parametersRef).toMatchObject({ kind, name: metadata.name, namespace: "shop-edge" });
  expect(gatewayClassPlan("edge", "shop-edge", IMPLEMENTATIONS.rehearsal).spec).not.toHaveProperty("parametersRef");
  const said = Object.values(spec.telemetry.accessLog.settings[0]?.format.json ?? {});
  expect(said).toContain("%REQ_WITHOUT_QUERY(:PATH)%");
  expect(said.join()).not.toMatch(/ADDRESS|FORWARDED|AGENT|%REQ.:PATH|ORIGINAL|COOKIE|AUTHORI/);
});

test("a route has a timeout, in the form of the Gateway API", () => {
  const { spec } = routePlan({ ...to, timeout: "2s" });
  expect(spec.rules[0]).toMatchObject({ timeouts: { request: "2000ms", backendRequest: "2000ms" } });
});

const gateway = {
  name: "edge",
  namespace: "shop-edge",
  host: "shop.example.com",
  responseHeaders: responseHeaders(),
};
const to = { name: "orders", namespace: "shop", gateway, path: "/orders", service: { name: "orders", port: 8080 } };
const UNLIMITED = optOut("the test is about something else");
const treated = (more: Partial<Declared>, implementation: "envoy" | "rehearsal" = "envoy") =>
  routesPlan(to, { timeout: "3s", rateLimit: UNLIMITED, ...more }, implementation);

test("what is declared for a route is a policy where Envoy Gateway runs it, and only there", () => {
  const breaker = { consecutive5xx: 3 };
  const [all, ...more] = treated({ breaker, maxInFlight: 50 });
  expect(more).toEqual([]);
  expect(all?.policy).toMatchObject({
    kind: "BackendTrafficPolicy",
    metadata: { name: "orders", namespace: "shop" },
    spec: {
      targetRefs: [{ kind: "HTTPRoute", name: "orders" }],
      circuitBreaker: { maxParallelRequests: 50, maxPendingRequests: 50, maxParallelRetries: 5 },
      retry: { numRetries: 0 },
      healthCheck: { passive: { consecutive5XxErrors: 3, baseEjectionTime: "30s", maxEjectionPercent: 50 } },
    },
  });
  expect(treated({})[0]?.policy).toBeUndefined();
  expect(treated({ breaker: optOut("it has one replica") })[0]?.policy).toBeUndefined();
  expect(treated({ breaker, retries: 2 }, "rehearsal")).toEqual([{ route: all?.route, policy: undefined }]);
});

test("a route that is treated has a breaker, unless that is stepped down from with a reason", () => {
  expect(treated({ maxInFlight: 50 })[0]?.policy?.spec.healthCheck?.passive.consecutive5XxErrors).toBe(5);
  const without = treated({ maxInFlight: 50, breaker: optOut("it has one replica") })[0]?.policy;
  expect(without?.spec).not.toHaveProperty("healthCheck");
  expect(without?.metadata.annotations).toEqual({ "plumbline.dev/opt-out.breaker": "it has one replica" });
});

test("with retries, what may be repeated has a route of its own, and the rest is tried again only if it was not sent", () => {
  const [all, repeatable] = treated({ retries: 2 });
  expect(repeatable?.route.spec.rules[0]?.matches?.map(({ method }) => method)).toEqual([
    "GET",
    "HEAD",
    "OPTIONS",
    "PUT",
    "DELETE",
  ]);
  expect(repeatable?.policy?.spec).toMatchObject({
    targetRefs: [{ name: "orders-repeatable" }],
    retry: { numRetries: 2, perRetry: { timeout: "3s" }, retryOn: { triggers: ["5xx"] } },
  });
  expect(all?.route.spec.rules[0]?.matches).toEqual([{ path: { type: "PathPrefix", value: "/orders" } }]);
  expect(all?.policy?.spec).toMatchObject({
    retry: { perRetry: {}, retryOn: { triggers: ["connect-failure", "refused-stream", "reset-before-request"] } },
  });
  expect(all?.policy?.spec).not.toHaveProperty("retry.perRetry.timeout");
});

test("a route's settings are held to what a call's are", () => {
  expect(routeProblems("orders", "/", { timeout: "1s", retries: 9, maxInFlight: 0 }).map(({ field }) => field)).toEqual(
    ["retries", "maxInFlight"],
  );
});

test.each<[wrong: { readonly [Field in keyof Declared | "version"]?: unknown }, field: string]>([
  [{ version: null }, "version"],
  [{ rateLimit: null }, "rateLimit"],
  [{ rateLimit: false }, "rateLimit"],
  [{ rateLimit: { perClient: "1/1s", perKey: null } }, "rateLimit.perKey"],
  [{ rateLimit: { perClient: "1/1s", perKey: { limit: "1/1s" } } }, "rateLimit.perKey.header"],
  [{ authentication: true }, "authentication"],
  [{ authentication: false }, "authentication"],
  [{ authentication: null }, "authentication"],
])("of a route with %j, %s is refused", (wrong, field) => {
  const { version, ...declared } = wrong;
  const settings = { timeout: "1s", ...declared } as Declared;
  expect(routeProblems("orders", "/", settings, [], version as RouteVersion)).toEqual([
    expect.objectContaining({ field }),
  ]);
});

test("a route may be open, and without a limit, for a reason", () => {
  const why = optOut("the public catalogue");
  expect(routeProblems("orders", "/", { timeout: "1s", authentication: why, rateLimit: why })).toEqual([]);
});

test.each(["orders", "/a//b", "/../etc", "/a b", ""])("the path %j is refused", (path) => {
  expect(routeProblems("orders", path, { timeout: "1s" })).toEqual([
    expect.objectContaining({ field: "path", given: path }),
  ]);
});

test.each(["0s", "100s", "soon"])("the timeout %j is refused", (timeout) => {
  expect(routeProblems("orders", "/", { timeout: timeout as Duration })).toEqual([
    expect.objectContaining({ field: "timeout" }),
  ]);
});

test.each(["localhost", "Shop.example.com", "shop..com", "*.example.com"])("the host %j is refused", (host) => {
  expect(gatewayProblems("edge", { host, zones: ["a"] })).toEqual([expect.objectContaining({ field: "host" })]);
});
