import { expect, test } from "vitest";
import { Namespace } from "../cluster/namespace.ts";
import { describe } from "../core/invalid.ts";
import { optOut } from "../core/opt-out.ts";
import { record } from "../testing/record.ts";
import { Microservice } from "../workload/microservice.ts";
import { Gateway } from "./gateway.ts";
import type { ImplementationName } from "./gateway-plan.ts";
import { Issuer } from "./issuer.ts";
import { RequestValidation } from "./request-validation.ts";
import {
  type ApiDocument,
  documentsPlan,
  extensionPolicyPlan,
  validationProblems,
  validatorResources,
} from "./request-validation-plan.ts";
import { Route } from "./route.ts";

const ZONES = ["a", "b", "c"];
const openapi = {
  openapi: "3.1.0",
  info: { title: "orders", version: "1" },
  paths: { "/orders": { get: { responses: { 200: { description: "all" } } } } },
};
const quota = { cpu: "4", memory: "4Gi", pods: 20 } as const;

/** What a route to a service comes to, judged by these documents. */
function made(implementation: ImplementationName = "envoy") {
  const documents = { orders: { openapi } };
  return record("test", () => {
    const shop = new Namespace("shop", { quota, attachesRoutes: true });
    const namespace = new Namespace("shop-edge", { quota });
    const issuer = new Issuer("internal", { authority: "private" });
    const zones = ZONES;
    const gateway = new Gateway("gateway", { namespace, host: "shop.example.com", issuer, implementation, zones });
    const image = "registry.example.com/request-validator:0.1.0";
    const validation = new RequestValidation("validation", { namespace: shop, image, zones, documents });
    const to = new Microservice("orders", { namespace: shop, zones, image: "registry.example.com/orders:1" });
    new Route("orders", { gateway, to, validation, retries: 2 });
    return validation;
  });
}

test("both routes of a service are judged, before its requests are let in, and only proxies ask", async () => {
  const { resources } = await made();
  const policies = resources.filter(({ inputs }) => inputs?.kind === "EnvoyExtensionPolicy");
  expect(policies.map(({ inputs }) => inputs.metadata.name)).toEqual(["orders", "orders-repeatable"]);
  const network = resources.filter(({ inputs }) => inputs?.kind === "NetworkPolicy");
  const own = network.find(({ inputs }) => inputs.metadata.name === "validation")?.inputs.spec;
  expect(JSON.stringify(own.ingress[0])).toContain("gateway.envoyproxy.io/owning-gateway-name");
  const gateway = network.find(({ inputs }) => inputs.metadata.name === "gateway")?.inputs.spec;
  expect(JSON.stringify(gateway.egress)).toContain('"validation"');
});

test("pods have the documents that they were started for, under a name of their own", async () => {
  const { resources } = await made();
  const found = resources.find(({ name }) => name === "validation-documents");
  const { metadata, immutable, data } = found?.inputs ?? {};
  expect(immutable).toBe(true);
  expect(JSON.parse(data["orders.json"])).toMatchObject({
    routes: ["shop/orders", "shop/orders-repeatable"],
    maxBodyBytes: 2 ** 20,
    passUnknownPaths: false,
    document: openapi,
  });
  const deployment = resources.find(
    ({ inputs }) => inputs?.kind === "Deployment" && inputs.metadata.name === "validation",
  )?.inputs;
  expect(JSON.stringify(deployment.spec.template)).toContain(metadata.name);
  const other = documentsPlan("validation", "shop", { orders: { openapi: { ...openapi, openapi: "3.0.3" } } });
  expect(other.metadata.name).not.toBe(metadata.name);
});

test("pods have the memory that their longest bodies take", async () => {
  const of = (maxBody: NonNullable<ApiDocument["maxBody"]>) =>
    validatorResources({ orders: { openapi, maxBody }, more: { openapi } }).limits;
  expect([of("64Ki"), of("4Mi"), of("64Mi")]).toEqual([
    { cpu: "1", memory: "256Mi" },
    { cpu: "1", memory: "256Mi" },
    { cpu: "1", memory: "976Mi" },
  ]);
  const { resources } = await made();
  const pod = resources.find(({ inputs }) => inputs?.kind === "Deployment" && inputs.metadata.name === "validation");
  expect(JSON.stringify(pod?.inputs)).toContain('"limits":{"cpu":"1","memory":"256Mi"}');
});

test("where another gateway runs, nobody asks", async () => {
  const { resources } = await made("rehearsal");
  expect(resources.filter(({ inputs }) => inputs?.kind === "EnvoyExtensionPolicy")).toEqual([]);
});

test("what is stepped down from is told, with its reason", () => {
  const failOpen = optOut("a shop that is closed loses orders");
  const policy = extensionPolicyPlan("orders", "shop", { name: "validation", port: 8080, failOpen });
  expect(policy.spec.extProc[0]?.failOpen).toBe(true);
  expect(policy.metadata.annotations).toEqual({ "plumbline.dev/opt-out.failOpen": failOpen.optOut });
  const unknownPaths = optOut("half of the paths are not written down yet");
  const { metadata, data } = documentsPlan("validation", "shop", { orders: { openapi, unknownPaths } });
  expect(metadata.annotations).toEqual({ "plumbline.dev/opt-out.orders.unknownPaths": unknownPaths.optOut });
  expect(JSON.parse(String(data["orders.json"]))).toMatchObject({ passUnknownPaths: true });
  expect(extensionPolicyPlan("orders", "shop", { name: "validation", port: 8080 }).spec.extProc[0]?.failOpen).toBe(
    false,
  );
});

test.each<[string, Record<string, ApiDocument>, RegExp]>([
  ["no documents", {}, /^documents: .*at least one/],
  [
    "a bad document",
    { orders: { openapi: { ...openapi, openapi: "2.0" } } },
    /^documents.orders.openapi.openapi: "2.0"/,
  ],
  ["a limit that is none", { orders: { openapi, maxBody: "1.5Mi" as never } }, /^documents.orders.maxBody: "1.5Mi"/],
  ["a limit beyond a gateway's", { orders: { openapi, maxBody: "1Gi" } }, /^documents.orders.maxBody: "1Gi".*64Mi/],
  ["no reason", { orders: { openapi, unknownQuery: true as never } }, /^documents.orders.unknownQuery: true.*optOut/],
  [
    "more than a ConfigMap holds",
    { orders: { openapi: { ...openapi, info: { ...openapi.info, description: "x".repeat(1_000_000) } } } },
    /^documents: 1000\d\d\d was given; allowed: at most 1000000 bytes/,
  ],
])("%s is refused", (_, documents, said) => {
  expect(validationProblems("validation", { documents }).map(describe).join("\n")).toMatch(said);
});

test("a route without a document is refused, and a service of another namespace: a policy leads to a Service beside it", async () => {
  const { outputs: validation } = await made();
  expect(validation.problems("orders", "shop")).toEqual([]);
  expect(validation.problems("payments", "shop").map(describe)).toEqual([
    'validation: "RequestValidation \\"validation\\"" was given; allowed: one with documents.payments; this one has orders',
  ]);
  expect(validation.problems("orders", "other").map(describe)).toEqual([
    'validation.namespace: "shop" was given; allowed: that of the service, other',
  ]);
});
