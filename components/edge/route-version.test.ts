import { expect, test } from "vitest";
import { responseHeaders } from "./response-headers.ts";
import { routePlan, routesPlan } from "./route-plan.ts";
import { endHeaders, type RouteVersion, versionProblems } from "./route-version.ts";

const gateway = { name: "edge", namespace: "edge", host: "shop.example.com", responseHeaders: responseHeaders() };
const service = { name: "orders", port: 8080 };
const to = { name: "orders", namespace: "shop", gateway, path: "/orders", service, timeout: "2s" } as const;
const first = (version?: RouteVersion) => routePlan({ ...to, version }).spec.rules[0];

test("a version is the beginning of a path, or a header", () => {
  expect(first()?.matches).toEqual([{ path: { type: "PathPrefix", value: "/orders" } }]);
  expect(first({ name: "v2" })?.matches).toEqual([{ path: { type: "PathPrefix", value: "/v2/orders" } }]);
  expect(routePlan({ ...to, path: "/", version: { name: "v2" } }).spec.rules[0]?.matches?.[0]?.path.value).toBe("/v2");
  expect(first({ name: "v2", by: "header" })?.matches).toEqual([
    { path: { type: "PathPrefix", value: "/orders" }, headers: [{ type: "Exact", name: "API-Version", value: "v2" }] },
  ]);
});

test("by its header it comes before a route of the same path that names methods, whatever it says itself of retries", () => {
  const { timeout: _, ...args } = to;
  const version = { name: "v2", by: "header" } as const;
  const matches = (retries: number, of?: RouteVersion) =>
    routesPlan({ ...args, version: of }, { timeout: "2s", retries }, "envoy").flatMap(({ route }) =>
      (route.spec.rules[0]?.matches ?? []).map(({ method, headers }) => `${method ?? "all"} ${headers?.length ?? 0}`),
    );
  const named = matches(2).filter((match) => !match.startsWith("all"));
  expect(named).toContain("GET 0");
  for (const retries of [0, 2])
    expect(matches(retries, version)).toEqual(["all 1", ...named.map((match) => match.replace("0", "1"))]);
  expect(matches(0, { name: "v2" })).toEqual(["all 0"]);
});

test("its end is told on every answer, in the words of the RFCs", () => {
  const end = { deprecated: "2024-07-14", sunset: "2024-12-31", guide: "https://example.com/v2" } as const;
  // RFC 9745, 2.1, and RFC 8594, 3, have these forms.
  expect(endHeaders(end)).toEqual([
    { name: "Deprecation", value: "@1720915200" },
    { name: "Sunset", value: "Tue, 31 Dec 2024 00:00:00 GMT" },
    { name: "Link", value: '<https://example.com/v2>; rel="deprecation"; type="text/html"' },
  ]);
  const filters = first({ name: "v1", ...end })?.filters;
  expect(filters).toEqual([
    {
      type: "ResponseHeaderModifier",
      responseHeaderModifier: {
        set: expect.arrayContaining([...endHeaders(end), { name: "X-Content-Type-Options", value: "nosniff" }]),
        remove: ["Server", "X-Powered-By"],
      },
    },
  ]);
});

test.each([
  [{ name: "1" }, "version.name"],
  [{ name: "v0" }, "version.name"],
  [{ name: "v1", by: "query" }, "version.by"],
  [{ name: "v1", deprecated: "soon" }, "version.deprecated"],
  [{ name: "v1", deprecated: "2026-13-01" }, "version.deprecated"],
  [{ name: "v1", sunset: "2026-06-30" }, "version.sunset"],
  [{ name: "v1", deprecated: "2026-07-01", sunset: "2026-06-30" }, "version.sunset"],
  [{ name: "v1", guide: "over there" }, "version.guide"],
  [{ name: "v1", guide: "javascript:alert(1)" }, "version.guide"],
  [{ name: "v1", guide: "http://example.com/v2" }, "version.guide"],
  [{ name: "v1", guide: 'https://example.com/"v2' }, "version.guide"],
])("of the version %j, %s is refused", (version, field) => {
  expect(versionProblems(version as RouteVersion).map((problem) => problem.field)).toEqual([field]);
});
