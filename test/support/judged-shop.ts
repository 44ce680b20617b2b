import { readFileSync } from "node:fs";
import { Cluster, Namespace } from "../../components/cluster/index.ts";
import { optOut } from "../../components/core/opt-out.ts";
import { Redis } from "../../components/data/index.ts";
import { Gateway, Issuer, RateLimits, RequestValidation, Route } from "../../components/edge/index.ts";
import { Microservice } from "../../components/workload/index.ts";

export const HOST = "shop.example.com";
const ZONES = ["a", "b", "c"];
/** Where the two validators listen, for both that the program declares: one refuses without them, the other lets pass. */
export const PORTS = [8091, 8092] as const;
/** Requests of one address in an hour, at `/limited`. */
export const LIMIT = 20;
const MANY = optOut("tests come from one address");
const openapi = readFileSync(new URL("../../apps/orders/openapi.yaml", import.meta.url), "utf8");
/** The document for a route with another path. */
const at = (path: string) => openapi.replaceAll("  /orders", `  /${path}`);

/** A gateway with four routes to one service: judged, judged or open without who judges, limited before it is judged, and not judged. */
export function judgedShop(): void {
  const quota = { cpu: "20", memory: "40Gi", pods: 60, storage: "100Gi" } as const;
  const rateLimits = { redis: "cache", whenRedisIsGone: "open" } as const;
  const cluster = new Cluster("cluster", { context: "tests", operators: "installed", rateLimits });
  const on = { provider: cluster.provider };
  const issuer = new Issuer("internal", { authority: "private" }, on);
  const [edge, data, shop] = [
    new Namespace("shop-edge", { quota }, on),
    new Namespace("shop-data", { quota }, on),
    new Namespace("shop", { quota, attachesRoutes: true }, on),
  ];
  const zones = ZONES;
  const redis = new Redis("cache", { namespace: data, issuer, zones, role: "cache" }, on);
  const counted = new RateLimits("rate-limits", { cluster, redis, secondLine: "10000/1s" }, on);
  const gateway = new Gateway(
    "gateway",
    { namespace: edge, host: HOST, issuer, implementation: "envoy", zones, rateLimits: counted },
    on,
  );
  const judging = { namespace: shop, zones, image: "registry.example.com/request-validator:1" };
  const maxBody = "32Ki";
  const closed = new RequestValidation(
    "validation",
    { ...judging, documents: { orders: { openapi, maxBody }, limited: { openapi: at("limited") } } },
    on,
  );
  const failOpen = optOut("tests see what passes");
  const open = new RequestValidation(
    "validation-open",
    { ...judging, failOpen, documents: { open: { openapi: at("open") } } },
    on,
  );
  const to = new Microservice("orders", { namespace: shop, zones, image: "registry.example.com/orders:1" }, on);
  // Two routes: requests that may be sent again have one of their own.
  new Route("orders", { gateway, to, path: "/orders", validation: closed, retries: 2, rateLimit: MANY }, on);
  new Route("open", { gateway, to, path: "/open", validation: open, rateLimit: MANY }, on);
  new Route("plain", { gateway, to, path: "/plain", rateLimit: MANY }, on);
  const rateLimit = { perClient: `${LIMIT}/1h` } as const;
  new Route("limited", { gateway, to, path: "/limited", validation: closed, rateLimit }, on);
}
