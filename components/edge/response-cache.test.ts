import { beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../cluster/namespace.ts";
import { optOut } from "../core/opt-out.ts";
import { isSecret, type Recording, record } from "../testing/record.ts";
import { Microservice } from "../workload/microservice.ts";
import { Gateway } from "./gateway.ts";
import { Issuer } from "./issuer.ts";
import { ResponseCache } from "./response-cache.ts";
import type { ResponseCacheArgs } from "./response-cache-args.ts";
import { Route } from "./route.ts";

const ZONES = ["a", "b", "c"];
const QUOTA = { cpu: "20", memory: "40Gi", pods: 60 } as const;

function ground() {
  const edge = new Namespace("shop-edge", { quota: QUOTA });
  const namespace = new Namespace("shop", { quota: QUOTA, attachesRoutes: true });
  const issuer = new Issuer("internal", { authority: "private" });
  const host = "shop.example.com";
  const gateway = new Gateway("gateway", { namespace: edge, issuer, host, implementation: "envoy", zones: ZONES });
  const service = (name: string, uses: ResponseCache["invalidate"][] = []) =>
    new Microservice(name, { namespace, zones: ZONES, image: `registry.example.com/${name}:1.0.0`, uses });
  const cache = (args: Partial<ResponseCacheArgs> = {}) =>
    new ResponseCache("catalog-cache", { namespace, zones: ZONES, ...args });
  return { edge, gateway, service, cache };
}

const made = (args: Partial<ResponseCacheArgs> = {}) =>
  record("production", () => {
    const { gateway, service, cache: cacheOf } = ground();
    const cache = cacheOf(args);
    const catalog = service("catalog", [cache.invalidate]);
    service("editor", [cache.invalidate]);
    const route = new Route("catalog", { gateway, to: catalog, cache });
    new Route("catalog-v1", { gateway, to: catalog, cache, version: { name: "v1" } });
    return route.url;
  });

/** Who a rule of a policy names: pods by their name, each with its ports. */
const named = (rules: { from?: object[]; to?: object[]; ports: { port: number }[] }[]) =>
  rules.map(({ from, to, ports }) => [
    JSON.stringify(from ?? to).match(
      /(?<="app.kubernetes.io\/name":|"gateway.envoyproxy.io\/owning-gateway-name":)"[^"]+"/g,
    ),
    ports.map(({ port }) => port),
  ]);

describe("a route with a cache", () => {
  let all: Recording<string>;
  beforeAll(async () => {
    all = await made();
  });

  test("leads to the cache, by the path of the service", () => {
    expect(all.outputs).toBe("https://shop.example.com/catalog");
    const { metadata, spec } = all.inputsOf(":HTTPRoute", "catalog");
    expect(metadata.namespace).toBe("shop");
    expect(spec.rules[0].backendRefs).toEqual([{ name: "catalog-cache", port: 8080 }]);
    expect(all.inputsOf(":HTTPRoute", "catalog-v1").spec.rules[0].backendRefs).toEqual(spec.rules[0].backendRefs);
  });

  test("lets the gateway ask, who declared it purge, and sends to the service alone", () => {
    const { ingress, egress } = all.inputsOf(":NetworkPolicy", "catalog-cache").spec;
    expect(named(ingress)).toEqual([
      [['"gateway"'], [8080]],
      [['"catalog"', '"editor"'], [8081]],
    ]);
    expect(named(egress)).toEqual([[['"catalog"'], [8080]]]);
  });

  test("keeps the gateway out of the service, and lets it reach the cache in its place", () => {
    const { ingress } = all.inputsOf(":NetworkPolicy", "catalog").spec;
    expect(JSON.stringify(ingress)).not.toContain("envoy");
    expect(named(ingress)[0]).toEqual([['"catalog-cache"'], [8080]]);
    const out = all.inputsOf(":NetworkPolicy", "gateway-network").spec.egress;
    expect(JSON.stringify(out)).toContain('"catalog-cache"');
    expect(JSON.stringify(out)).not.toMatch(/"catalog"/);
  });

  test("gives who purges the way to every pod, and what they are let in by as a file", () => {
    const [container] = all.inputsOf(":Deployment", "editor").spec.template.spec.containers;
    const env = Object.fromEntries(container.env.map(({ name, value }: Record<string, string>) => [name, value]));
    expect(env).toMatchObject({
      CATALOG_CACHE_HOST: "catalog-cache-pods.shop.svc",
      CATALOG_CACHE_PORT: "8081",
      CATALOG_CACHE_TOKEN_FILE: "/var/run/secrets/plumbline/catalog-cache/token",
    });
    expect(named(all.inputsOf(":NetworkPolicy", "editor").spec.egress)).toContainEqual([['"catalog-cache"'], [8081]]);
    const { spec } = all.inputsOf(":Service", "catalog-cache-pods");
    expect(spec).toMatchObject({ clusterIP: "None", publishNotReadyAddresses: true });
    for (const secret of ["catalog-cache-purge", "catalog-cache-catalog", "catalog-cache-editor"])
      expect(isSecret(all.inputsOf(":Secret", `shop-${secret}`).stringData)).toBe(true);
    expect(JSON.stringify(all.inputsOf(":ConfigMap", "catalog-cache"))).not.toContain("generated-for-");
  });

  test("stands once for all routes of the service", () => {
    expect(all.resources.filter(({ type }) => type.endsWith(":ResponseCache"))).toHaveLength(1);
    const pods = all.resources.filter(({ type }) => type.endsWith(":Deployment")).map(({ name }) => name);
    expect(pods.sort()).toEqual(["catalog", "catalog-cache", "editor"]);
    expect(all.inputsOf(":ConfigMap", "catalog-cache").data["rules.vcl"]).toContain('.host = "catalog.shop.svc";');
  });
});

test("its metrics are read where there is an exporter", async () => {
  const without = await made();
  expect(() => without.inputsOf(":PodMonitor", "catalog-cache-monitor")).toThrow(/0 resources/);
  const all = await made({ exporter: "registry.example.com/varnish-exporter:1.6.1" });
  expect(all.inputsOf(":PodMonitor", "catalog-cache-monitor").spec.podMetricsEndpoints).toMatchObject([
    { port: "metrics" },
  ]);
  const { containers } = all.inputsOf(":Deployment", "catalog-cache").spec.template.spec;
  expect(containers[1]).toMatchObject({ name: "exporter", securityContext: { readOnlyRootFilesystem: true } });
  expect(all.inputsOf(":NetworkPolicy", "catalog-cache").spec.ingress[2].ports).toEqual([
    { protocol: "TCP", port: 9131 },
  ]);
});

test("it stands before one service, of its own namespace", async () => {
  await record("production", () => {
    const { edge, gateway, service, cache: cacheOf } = ground();
    const cache = cacheOf();
    const [catalog, editor] = [service("catalog"), service("editor")];
    new Route("catalog", { gateway, to: catalog, cache });
    expect(() => new Route("editor", { gateway, to: editor, cache })).toThrow(
      /catalog, which it stands before already/,
    );
    const elsewhere = new ResponseCache("elsewhere", { namespace: edge, zones: ZONES });
    expect(() => new Route("catalog-2", { gateway, to: catalog, cache: elsewhere })).toThrow(/"shop", that of catalog/);
  });
});

test("what is stepped down from is said on it", async () => {
  const all = await made({ cookies: optOut("the catalogue knows nobody") });
  expect(all.inputsOf(":Deployment", "catalog-cache").metadata.annotations).toEqual({
    "plumbline.dev/opt-out.cookies": "the catalogue knows nobody",
  });
});
