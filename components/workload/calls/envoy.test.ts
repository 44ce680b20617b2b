import { expect, test } from "vitest";
import { optOut } from "../../core/opt-out.ts";
import { type Call, completeCall } from "./call.ts";
import { envoyConfig } from "./envoy.ts";
import { lastAnswer } from "./fallback.ts";

// biome-ignore lint/suspicious/noExplicitAny: the configuration is plain data that nothing here reads but tests.
type Plain = any;

function config(call: Call): { listener: Plain; telemetry: Plain; cluster: Plain; routes: Plain[] } {
  const edge = {
    callee: "payments",
    listen: 14_001,
    host: "payments.shop.svc:8080",
    pods: { name: "payments-pods.shop.svc.cluster.local.", port: 8080 },
    call: completeCall(call),
  };
  const { listeners, clusters }: Plain = envoyConfig([edge]).static_resources;
  const manager = (listener: Plain) => listener.filter_chains[0].filters[0].typed_config;
  const [listener, telemetry] = listeners.map((it: Plain) => ({ ...it, ...manager(it) }));
  return { listener, telemetry, cluster: clusters[0], routes: listener.route_config.virtual_hosts[0].routes };
}

const fallback = { contentType: "text/plain", body: "later" };

test("what may be repeated is tried again at any failure, with a time for each try; anything else only if it was not sent", () => {
  const { routes } = config({ timeout: "2s", retries: 2, perTryTimeout: "500ms" });
  expect(routes.map(({ match, route }) => [match.headers?.[0].name, route.retry_policy.retry_on])).toEqual([
    [":method", "5xx"],
    ["idempotency-key", "5xx"],
    [undefined, "connect-failure,refused-stream,reset-before-request"],
  ]);
  expect(routes.map(({ route }) => route.retry_policy.per_try_timeout)).toEqual(["0.5s", "0.5s", undefined]);
  for (const { route } of routes) expect(route).toMatchObject({ timeout: "2s", retry_policy: { num_retries: 2 } });
});

test("no retry is asked for unless it is declared; there is a breaker unless it is stepped down from", () => {
  const { routes, cluster } = config({ timeout: "2s" });
  for (const { route } of routes) expect(route).not.toHaveProperty("retry_policy");
  expect(cluster.outlier_detection).toMatchObject({ consecutive_5xx: 5, base_ejection_time: "30s" });
  const without = config({ timeout: "2s", breaker: optOut("it has one replica") });
  expect(without.cluster).not.toHaveProperty("outlier_detection");
});

test("a breaker leaves out at most half, for at most ten times as long", () => {
  const { cluster } = config({ timeout: "2s", breaker: { consecutive5xx: 3, ejection: "10s" } });
  expect(cluster.outlier_detection).toMatchObject({
    consecutive_5xx: 3,
    base_ejection_time: "10s",
    max_ejection_time: "100s",
    max_ejection_percent: 50,
    enforcing_success_rate: 0,
  });
});

test("the bulkhead counts requests, those that wait for a connection too; retries have a budget, and as its floor a tenth of the bulkhead", () => {
  const [thresholds] = config({ timeout: "2s", maxInFlight: 7 }).cluster.circuit_breakers.thresholds;
  expect(thresholds).toMatchObject({ max_requests: 7, max_pending_requests: 7 });
  const floors = [7, 31, 1_024].map(
    (maxInFlight) =>
      config({ timeout: "2s", maxInFlight }).cluster.circuit_breakers.thresholds[0].retry_budget.min_retry_concurrency,
  );
  expect(floors).toEqual([3, 4, 103]);
  expect(thresholds.retry_budget.budget_percent).toEqual({ value: 20 });
});

test("only a GET falls back, and without a fallback there is no filter for it", () => {
  const { listener, routes } = config({ timeout: "2s", fallback });
  expect(routes.filter((route) => route.typed_per_filter_config).map(({ match }) => match.headers)).toEqual([
    [{ name: ":method", string_match: { exact: "GET" } }],
  ]);
  expect(listener.http_filters).toHaveLength(2);
  expect(config({ timeout: "2s" }).listener.http_filters).toHaveLength(1);
});

test("the last good answer has a filter before the fixed one, with its bounds; calls of one pod share its memory", () => {
  const { listener } = config({ timeout: "2s", fallback: lastAnswer({ maxAge: "5m", otherwise: fallback }) });
  expect(listener.http_filters.map(({ name }: Plain) => name.split(".").at(-1))).toEqual([
    "custom_response",
    "lua",
    "router",
  ]);
  const program = (filters: Plain[]) => filters.at(-2).typed_config.default_source_code.inline_string;
  expect(program(listener.http_filters)).toMatch(/^local MAX_AGE, MAX_BYTES, MAX_ANSWERS = 300, 8388608, 256\n/);
  const edges = ["a", "b", "c"].map((callee) => ({
    callee,
    listen: 14_001,
    host: "a.shop.svc:8080",
    pods: { name: "a.", port: 8080 },
    call: completeCall({ timeout: "2s", ...(callee !== "c" && { fallback: lastAnswer({ maxAge: "1500ms" }) }) }),
  }));
  const { listeners }: Plain = envoyConfig(edges).static_resources;
  const filters = listeners.map((it: Plain) => it.filter_chains[0].filters[0].typed_config.http_filters);
  expect(program(filters[0])).toMatch(/ = 2, 4194304, 256\n/);
  expect(filters.map(({ length }: Plain[]) => length)).toEqual([2, 2, 1, 1]);
});

test("edges are to be reached from the pod alone, and of the admin interface two paths from outside", () => {
  const { listener, telemetry } = config({ timeout: "2s" });
  expect(listener.address.socket_address.address).toBe("127.0.0.1");
  const { routes } = telemetry.route_config.virtual_hosts[0];
  expect(routes.map(({ match }: Plain) => match.path)).toEqual(["/ready", "/stats/prometheus"]);
  expect(envoyConfig([]).admin.address).not.toHaveProperty("socket_address");
});
