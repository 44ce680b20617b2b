import { expect, test } from "vitest";
import { optOut } from "../core/opt-out.ts";
import { clientPolicyPlan, gatewayPolicyPlan } from "./client-policy.ts";
import { completeProxies, gatewayProblems, type ProxiesArgs } from "./gateway-args.ts";
import { proxiesPlan } from "./proxies-plan.ts";
import { responseHeaders } from "./response-headers.ts";

const planned = (args: ProxiesArgs) =>
  proxiesPlan("edge", "shop-edge", { ...completeProxies(args), zones: ["a", "b"], podLabels: { app: "edge" } });
const kubernetes = (args: ProxiesArgs) => planned(args).spec.provider.kubernetes;

test("proxies are scaled from three on, taken away one at a time, and hold no port of a node", () => {
  const { envoyDeployment, envoyHpa, envoyPDB, envoyService } = kubernetes({});
  expect(envoyDeployment).not.toHaveProperty("replicas");
  expect(envoyHpa).toMatchObject({ minReplicas: 3, maxReplicas: 10 });
  expect(envoyPDB.maxUnavailable).toBe(1);
  expect(envoyService).toEqual({ type: "LoadBalancer", allocateLoadBalancerNodePorts: false });
  expect(planned({}).spec.shutdown).toEqual({ minDrainDuration: "15s", drainTimeout: "90s" });
});

test("a fixed number has no autoscaler", () => {
  const { envoyDeployment, envoyHpa } = kubernetes({ scaling: { min: 2, max: 2 } });
  expect([envoyDeployment.replicas, envoyHpa]).toEqual([2, undefined]);
});

test("behind a load balancer of AWS proxies are told who connects, and drain until it has let go of them", () => {
  const { loadBalancerClass, annotations = {} } = kubernetes({ loadBalancer: "aws" }).envoyService;
  expect(loadBalancerClass).toBe("service.k8s.aws/nlb");
  expect(annotations).toMatchObject({
    "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
    "service.beta.kubernetes.io/aws-load-balancer-proxy-protocol": "*",
  });
  const policy = (args: ProxiesArgs) => clientPolicyPlan("edge", "shop-edge", completeProxies(args)).spec;
  // One without the other closes every connection.
  expect(policy({ loadBalancer: "aws" }).proxyProtocol).toEqual({ optional: false });
  expect(policy({})).not.toHaveProperty("proxyProtocol");
  expect(planned({ loadBalancer: "aws" }).spec.shutdown.minDrainDuration).toBe("60s");
});

test("requests are as long as is said; who has no limit says why", () => {
  const limit = (args: ProxiesArgs) =>
    gatewayPolicyPlan("edge", "shop-edge", completeProxies(args))?.spec.requestBuffer;
  expect(limit({})).toEqual({ limit: "1Mi" });
  expect(limit({ maxRequestSize: "4Mi" })).toEqual({ limit: "4Mi" });
  const maxRequestSize = optOut("photos are sent as they come");
  expect(limit({ maxRequestSize })).toBeUndefined();
  expect(planned({ maxRequestSize }).metadata.annotations).toEqual({
    "plumbline.dev/opt-out.maxRequestSize": "photos are sent as they come",
  });
});

test("answers get what is safe, or what is given in its place", () => {
  const { set, remove } = responseHeaders("1d", { "x-frame-options": "SAMEORIGIN", Server: "shop" });
  expect(set).toEqual([
    { name: "Strict-Transport-Security", value: "max-age=86400" },
    { name: "X-Content-Type-Options", value: "nosniff" },
    { name: "Referrer-Policy", value: "strict-origin-when-cross-origin" },
    { name: "x-frame-options", value: "SAMEORIGIN" },
    { name: "Server", value: "shop" },
  ]);
  expect(remove).toEqual(["X-Powered-By"]);
  expect(responseHeaders(optOut("a part of it has no TLS yet")).set.map(({ name }) => name)).not.toContain(
    "Strict-Transport-Security",
  );
});

const problems = (args: object) => gatewayProblems("edge", { host: "shop.example.com", zones: ["a"], ...args });
const fields = (args: object) => problems(args).map(({ field }) => field);
const of = (memory: string) => ({ requests: { cpu: "1", memory }, limits: { cpu: "1", memory } });

test.each([
  [{}, []],
  [{ zones: [] }, ["zones"]],
  [{ scaling: { min: 1 } }, ["scaling.min"]],
  [{ scaling: { min: 1 }, replication: optOut("nobody is paged for it") }, []],
  [{ scaling: { min: 4, max: 3 } }, ["scaling.max"]],
  [{ drain: { least: "60s", most: "30s" } }, ["drain.most"]],
  [{ drain: { least: null } }, ["drain.least"]],
  [{ maxRequestSize: "65Mi", resources: of("16Gi") }, ["maxRequestSize"]],
  [{ maxRequestSize: "64Mi", resources: of("4Gi") }, []],
  [{ maxRequestSize: "64Mi" }, ["maxRequestSize"]],
  [{ maxRequestSize: "8Mi" }, []],
  [{ maxRequestSize: "9Mi" }, ["maxRequestSize"]],
  [{ maxRequestSize: "9Mi", resources: of("soon") }, ["resources.requests.memory", "resources.limits.memory"]],
  [{ resources: of("32Mi") }, ["maxRequestSize"]],
  [{ resources: of("32Mi"), maxRequestSize: optOut("photos are sent as they come") }, []],
  [{ maxRequestSize: "1" }, ["maxRequestSize"]],
  [{ maxConnections: 0 }, ["maxConnections"]],
  [{ hsts: "1000d" }, ["hsts"]],
  [{ headers: { "X Y": "a", Z: "a\r\nSet-Cookie: b" } }, ["headers.X Y", "headers.Z"]],
  [{ headers: null }, ["headers"]],
  [{ headers: { A: null } }, ["headers.A"]],
  [{ host: undefined }, ["host"]],
  [{ host: null, zones: [] }, ["host", "zones"]],
  [{ zones: undefined }, ["zones"]],
  [{ zones: null, scaling: null, drain: "60s", resources: null }, ["scaling", "drain", "resources", "zones"]],
  [{ zones: "a" }, ["zones"]],
  [{ zones: [null] }, ["zones[0]"]],
  [{ loadBalancer: "gcp" }, ["loadBalancer"]],
  [{ loadBalancer: "aws" }, []],
  [{ replication: false }, ["replication"]],
  [{ replication: false, scaling: { min: 1 } }, ["scaling.min", "replication"]],
] as const)("of %j these are refused: %j", (args, refused) => {
  expect(fields(args)).toEqual(refused);
});

test("who lets bodies fill a proxy learns how many do, and how long they may be", () => {
  expect(problems({ maxRequestSize: "64Mi" }).map(({ allowed }) => allowed)).toEqual([
    expect.stringMatching(/^at most "8Mi", a 64th of resources\.limits\.memory \(512Mi\): .* and 6 of these fill/),
  ]);
});
