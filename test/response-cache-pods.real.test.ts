import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { types } from "@pulumi/kubernetes";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Namespace } from "../components/cluster/index.ts";
import { priorityPlans } from "../components/cluster/priorities.ts";
import { Gateway, Issuer, ResponseCache, Route } from "../components/edge/index.ts";
import { Microservice } from "../components/workload/index.ts";
import { VARNISH } from "../rehearsal/images/varnish.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster, ZONES } from "../rehearsal/nodes/testing/real-cluster.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { objectsOf } from "./support/component-objects.ts";
import { LOAD, web } from "./support/web.ts";

const why = whyNoRealNodes();
const WEB = web("1");
const KINDS = ["Namespace", "ServiceAccount", "ConfigMap", "Secret", "Service", "Deployment", "NetworkPolicy"];
/** Says which pod answers and how often it was asked; forgets by the chassis. */
const CATALOG = `
import { createServer } from "node:http";
import { hostname } from "node:os";
import { CacheInvalidation, readCacheSettings } from "/app/apps/chassis/src/cache-invalidation.ts";
import { Settings } from "/app/apps/chassis/src/settings.ts";
const cache = new CacheInvalidation(readCacheSettings(new Settings(process.env), "catalog-cache"));
let asked = 0;
createServer(async (request, response) => {
  if (request.url === "/forget") return response.end(JSON.stringify(await cache.forget({ paths: ["/catalog"] })));
  response.writeHead(200, { "cache-control": "s-maxage=600" }).end(hostname() + " " + ++asked);
}).listen(8080);
createServer((_, response) => response.end()).listen(9090);`;

const program = () => {
  const quota = { cpu: "20", memory: "40Gi", pods: 60 } as const;
  const edge = new Namespace("shop-edge", { quota });
  const namespace = new Namespace("shop", { quota, attachesRoutes: true });
  const issuer = new Issuer("internal", { authority: "private" });
  const host = "shop.example.com";
  const gateway = new Gateway("gateway", { namespace: edge, issuer, host, implementation: "envoy", zones: ZONES });
  const cache = new ResponseCache("catalog-cache", { namespace, zones: ZONES, timeout: "1s" });
  const transform = {
    deployment: ({ spec }: types.input.apps.v1.Deployment) => {
      // biome-ignore lint/suspicious/noExplicitAny: plans are plain data, though their types also allow outputs.
      const [container] = (spec as any).template.spec.containers;
      container.command = ["node", "--input-type=module", "-e", CATALOG];
      return undefined;
    },
  };
  const scaling = { min: 2, max: 2 };
  const uses = [cache.invalidate];
  const to = new Microservice("catalog", { namespace, zones: ZONES, image: WEB.reference, uses, scaling, transform });
  new Route("catalog", { gateway, to, cache });
};

/** A pod that only waits to be told whom to ask. */
function asker(name: string, namespace: string, labels: Readonly<Record<string, string>>): object {
  const securityContext = { runAsNonRoot: true, runAsUser: 10_001, seccompProfile: { type: "RuntimeDefault" } };
  const container = {
    name: "asker",
    image: WEB.reference,
    command: ["node", "-e", "setInterval(() => {}, 1e6)"],
    resources: { requests: { cpu: "10m", memory: "64Mi" }, limits: { cpu: "1", memory: "128Mi" } },
    securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: ["ALL"] } },
    volumeMounts: [{ name: "load", mountPath: "/load" }],
  };
  const volumes = [{ name: "load", configMap: { name: "load" } }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels },
    spec: { securityContext, containers: [container], volumes, terminationGracePeriodSeconds: 0 },
  };
}

const OF_GATEWAY = { "gateway.envoyproxy.io/owning-gateway-name": "gateway" };

describe.skipIf(why !== undefined)(`a cache on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  const inShop = (...words: string[]) => lab.kubectl("-n", "shop", ...words);
  /** What a pod is answered to each, all asked at once: the code, where it comes from, or that nobody answered. */
  const ask = async (pod: readonly [namespace: string, name: string], urls: readonly string[], method = "GET") => {
    const script = `const one = (url) => fetch(url, { method: "${method}", signal: AbortSignal.timeout(2000) })
      .then((r) => [r.status, r.headers.get("x-cache")].join(" ").trim(), () => "nobody");
      Promise.all(${JSON.stringify(urls)}.map(one)).then((all) => console.log(JSON.stringify(all)))`;
    return JSON.parse(await lab.kubectl("-n", pod[0], "exec", pod[1], "--", "node", "-e", script)) as string[];
  };
  const GATEWAY = ["shop-edge", "gateway-pod"] as const;
  const OTHER = ["shop", "other-pod"] as const;
  const addresses = async (of: string) =>
    (
      await inShop("get", "pods", "-l", `app.kubernetes.io/name=${of}`, "-o", "jsonpath={.items[*].status.podIP}")
    ).split(" ");

  beforeAll(async () => {
    lab = await realCluster("cache", { simulated: false, images: [VARNISH, WEB] });
    await lab.start();
    const objects = (await objectsOf(program)) as KubeObject[];
    const wanted = objects.filter(({ kind }) => KINDS.includes(kind));
    const load = readFileSync(join(import.meta.dirname, "..", LOAD), "utf8");
    const loads = ["shop", "shop-edge"].map((namespace) => ({
      apiVersion: "v1",
      kind: "ConfigMap",
      metadata: { name: "load", namespace },
      data: { "load.mjs": load },
    }));
    await apply(lab, [
      ...priorityPlans().map((plan) => ({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...plan })),
      ...wanted.filter(({ kind }) => kind === "Namespace"),
      ...wanted.filter(({ kind }) => kind !== "Namespace"),
      ...loads,
      asker(GATEWAY[1], GATEWAY[0], OF_GATEWAY),
      asker(OTHER[1], OTHER[0], { "app.kubernetes.io/name": "other" }),
    ]);
    for (const name of ["catalog", "catalog-cache"])
      await inShop("rollout", "status", `deployment/${name}`, "--timeout=180s");
    for (const [namespace, name] of [GATEWAY, OTHER])
      await lab.kubectl("-n", namespace, "wait", `pod/${name}`, "--for=condition=Ready", "--timeout=60s");
  });
  afterAll(() => lab?.remove());

  test("the gateway's pods reach the cache and no longer the service; others reach neither, and nobody the way of purges", async () => {
    const [caches, pods] = [await addresses("catalog-cache"), await addresses("catalog")];
    const at = (hosts: readonly string[], ...ports: number[]) =>
      hosts.flatMap((host) => ports.map((port) => `http://${host}:${port}/catalog`));
    expect(await ask(GATEWAY, at(caches, 8080))).toEqual(["200 miss", "200 miss"]);
    expect(await ask(GATEWAY, at(caches, 8080))).toEqual(["200 hit", "200 hit"]);
    expect(await ask(GATEWAY, at(caches, 8080), "PURGE")).toEqual(["405", "405"]);
    expect(new Set(await ask(GATEWAY, [...at(caches, 8081, 9090), ...at(pods, 8080)]))).toEqual(new Set(["nobody"]));
    expect(new Set(await ask(OTHER, [...at(caches, 8080, 8081, 9090), ...at(pods, 8080)]))).toEqual(
      new Set(["nobody"]),
    );
  });

  test("the service has every replica forget, by the name that leads to all", async () => {
    const own = await inShop(
      "exec",
      "deployment/catalog",
      "--",
      "node",
      "-e",
      "fetch('http://127.0.0.1:8080/forget').then(async (r) => console.log(await r.text()))",
    );
    const caches = await addresses("catalog-cache");
    const report = JSON.parse(own) as { complete: boolean; reached: { address: string; answers: number }[] };
    expect(report).toMatchObject({ complete: true, missed: [] });
    expect(report.reached.map(({ address }) => address).sort()).toEqual(caches.sort());
    expect(report.reached.map(({ answers }) => answers)).toEqual([1, 1]);
    expect(
      await ask(
        GATEWAY,
        caches.map((cache) => `http://${cache}:8080/catalog`),
      ),
    ).toEqual(["200 miss", "200 miss"]);
  });

  test("an update of the cache loses no request", async () => {
    const load = ["node", "/load/load.mjs", "http://catalog-cache.shop.svc.cluster.local:8080/catalog", "50", "45"];
    const [said] = await Promise.all([
      lab.kubectl("-n", GATEWAY[0], "exec", GATEWAY[1], "--", ...load),
      inShop("rollout", "restart", "deployment/catalog-cache"),
    ]);
    await inShop("rollout", "status", "deployment/catalog-cache", "--timeout=120s");
    const { sent, failures } = JSON.parse(said.split("\n").at(-1) ?? "");
    expect([sent, failures]).toEqual([2_250, {}]);
  });
});
