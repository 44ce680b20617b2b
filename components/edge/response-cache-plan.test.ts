import { expect, test } from "vitest";
import type { Namespace } from "../cluster/namespace.ts";
import { InvalidArgsError, UnfinishedProgramError } from "../core/invalid.ts";
import { optOut } from "../core/opt-out.ts";
import { cacheProblems, completeCache, type ResponseCacheArgs } from "./response-cache-args.ts";
import {
  cacheBudgetPlan,
  cachePlan,
  cacheScalerPlan,
  purgeHost,
  rulesPlan,
  serverArgs,
} from "./response-cache-plan.ts";
import { vclOf } from "./response-cache-vcl.ts";

const args = (more: Partial<ResponseCacheArgs> = {}): ResponseCacheArgs => ({
  namespace: { name: "shop" } as Namespace,
  zones: ["a", "b"],
  ...more,
});
const SERVICE = { name: "catalog", port: 8080 };

function planned(more: Partial<ResponseCacheArgs> = {}) {
  const complete = completeCache(args(more));
  // biome-ignore lint/suspicious/noExplicitAny: tests look into the whole of it.
  const deployment: any = cachePlan("cache", complete, rulesPlan("cache", complete, SERVICE));
  return { ...deployment, pod: deployment.spec.template.spec };
}

test("replicas are spread, restricted, and write nowhere but where that is bounded", () => {
  const { pod, spec } = planned();
  expect(spec.strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 });
  expect(pod.topologySpreadConstraints).toMatchObject([{ whenUnsatisfiable: "DoNotSchedule" }]);
  expect(pod).toMatchObject({ automountServiceAccountToken: false, securityContext: { runAsNonRoot: true } });
  const [{ securityContext, volumeMounts }] = pod.containers;
  expect(securityContext).toMatchObject({ readOnlyRootFilesystem: true, capabilities: { drop: ["ALL"] } });
  const written = volumeMounts.filter(({ readOnly }: { readOnly?: boolean }) => !readOnly);
  expect(written.map(({ name }: { name: string }) => name)).toEqual(["work", "tmp"]);
  for (const { name, emptyDir } of pod.volumes)
    if (["work", "tmp"].includes(name)) expect(emptyDir.sizeLimit).toBe("64Mi");
  expect(cacheBudgetPlan("cache", "shop").spec).toMatchObject({ maxUnavailable: 1 });
});

test("a pod that ends stays until nobody sends to it, and what it waits for has come", () => {
  const { pod } = planned({ timeout: "30s" });
  expect(pod.containers[0].lifecycle.preStop.sleep.seconds).toBe(40);
  expect(pod.terminationGracePeriodSeconds).toBe(45);
});

test("what it takes of the memory follows from the limit", () => {
  const sizes = (memory: "512Mi" | "2Gi") => {
    const resources = { requests: { cpu: "1", memory }, limits: { cpu: "1", memory } } as const;
    return serverArgs(completeCache(args({ resources }))).filter((word) => word.includes("=malloc,"));
  };
  expect(sizes("512Mi")).toEqual(["kept=malloc,209715k", "Transient=malloc,52428k"]);
  expect(sizes("2Gi")).toEqual(["kept=malloc,838860k", "Transient=malloc,209715k"]);
});

test("nobody gives it orders, and purges have a port of their own", () => {
  const words = serverArgs(completeCache(args())).join(" ");
  expect(words).toContain("-T none");
  expect(words).toContain("-a api=:8080,HTTP -a purge=:8081,HTTP -a admin=:9090,HTTP");
});

test("a cache that no route has is refused where somebody purges it", () => {
  expect(purgeHost("cache", "shop", true, false)).toBe("cache-pods.shop.svc");
  expect(() => purgeHost("cache", "shop", false, false)).toThrow(InvalidArgsError);
  expect(() => purgeHost("cache", "shop", false, true)).toThrow(UnfinishedProgramError);
});

test("a fixed number has no autoscaler", () => {
  const scaler = (scaling: ResponseCacheArgs["scaling"]) =>
    cacheScalerPlan("cache", completeCache(args({ ...(scaling && { scaling }) })));
  expect(scaler(undefined)?.spec).toMatchObject({ minReplicas: 2, maxReplicas: 6 });
  expect(scaler({ max: 2 })).toBeUndefined();
});

test("other rules, and another token, replace the pods", () => {
  const sum = (more: Partial<ResponseCacheArgs>) =>
    planned(more).spec.template.metadata.annotations["plumbline.dev/config-checksum"];
  expect(
    new Set([{}, { ttl: "5s" }, { rotation: 2 }].map((more) => sum(more as Partial<ResponseCacheArgs>))).size,
  ).toBe(3);
});

test("a cookie is taken away only where that was said", () => {
  const rules = (more: Partial<ResponseCacheArgs>) =>
    Object.values(rulesPlan("cache", completeCache(args(more)), SERVICE).data).join();
  expect(rules({})).not.toContain("unset req.http.Cookie");
  expect(rules({ cookies: optOut("the catalogue knows nobody") })).toContain("unset req.http.Cookie");
});

test.each([
  ...["Forwarded", "Front-End-Https", "True-Client-IP", "X-Client-IP", "X-HTTP-Method", "X-HTTP-Method-Override"],
  ...["X-Method-Override", "X-Real-IP", "X-Scheme", "X-Script-Name", "X-Forwarded-For", "X-Forwarded-Host"],
  ...["X-Forwarded-Path", "X-Forwarded-Scheme", "X-Forwarded-Ssl", "X-Forwarded-URI", "X-Forwarded-Anything"],
  ...["X-Original-URI", "X-Original-URL", "X-Rewrite-URL", "x-forwarded-prefix", "X-Forwarded-Proto-Version"],
])("%s decides nothing of what is kept", (name) => {
  expect(isTaken(name)).toBe(true);
});

test("what the gateway says itself, and what nobody knows, is left in requests", () => {
  for (const name of ["X-Forwarded-Proto", "Accept-Language", "API-Version", "X-Originals"])
    expect(isTaken(name)).toBe(false);
});

/** Whether the rules take a header away from requests whose answer may be kept. */
function isTaken(name: string): boolean {
  const text = vclOf({
    ...completeCache(args()),
    longestAnswer: 1,
    withoutCookies: false,
    service: { host: "a", port: "1" },
  });
  const rules =
    /if \(!bereq\.uncacheable\) \{(.*?)\n {2}\}/s.exec(text.slice(text.indexOf("sub vcl_backend_fetch")))?.[1] ?? "";
  // PCRE says in the pattern what JavaScript says beside it.
  const [, pattern = "", other] = /header\.regsub\(bereq, "\^\(\?i\)([^"]*)", "([^:"]*): "\);/.exec(rules) ?? [];
  const isRenamed = rules.includes(`unset bereq.http.${other};`) && new RegExp(`^${pattern}`, "i").test(`${name}: x`);
  return isRenamed || new RegExp(`unset bereq\\.http\\.${name};`, "i").test(rules);
}

test.each(['catalog"; } sub vcl_recv {', "catalog\n", "{catalog}", 'catalog"'])("%j gets into no rule", (host) => {
  const rules = { ...completeCache(args()), longestAnswer: 1, withoutCookies: false };
  expect(() => vclOf({ ...rules, service: { host, port: "8080" } })).toThrow(TypeError);
});

test.each<[string, { readonly [Field in keyof ResponseCacheArgs]?: unknown }]>([
  ["ttl", { ttl: "2h" }],
  ["ttl", { ttl: "soon" }],
  ["ttl", { ttl: '1s; set req.url = "/"' }],
  ["longest", { longest: "8d" }],
  ["staleIfError", { staleIfError: "2h" }],
  ["staleWhileRevalidate", { staleWhileRevalidate: -1 }],
  ["timeout", { timeout: "100s" }],
  ["cookies", { cookies: true }],
  ["replication", { replication: "none" }],
  ["zones", { zones: [] }],
  ["zones", { zones: "a" }],
  ["scaling", { scaling: null }],
  ["scaling.min", { scaling: { min: 1 } }],
  ["scaling.max", { scaling: { min: 3, max: 2 } }],
  ["scaling.cpu", { scaling: { cpu: 0.7 * 1_000 } }],
  ["maxConnections", { maxConnections: 0 }],
  ["rotation", { rotation: 0 }],
  ["exporter", { exporter: "varnish-exporter:latest" }],
  ["longestAnswer", { longestAnswer: "64Mi" }],
  ["longestAnswer", { longestAnswer: "1" }],
  [
    "resources.limits.memory",
    { resources: { requests: { cpu: "1", memory: "64Mi" }, limits: { cpu: "1", memory: "64Mi" } } },
  ],
])("%s is refused where it is %j", (field, wrong) => {
  expect(cacheProblems("cache", args())).toEqual([]);
  expect(cacheProblems("cache", args(wrong as Partial<ResponseCacheArgs>)).map((problem) => problem.field)).toEqual([
    field,
  ]);
});
