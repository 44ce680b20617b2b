import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { Agent, createServer as createTlsServer, request } from "node:https";
import { setTimeout as sleep } from "node:timers/promises";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Cluster, Namespace } from "../components/cluster/index.ts";
import { optOut } from "../components/core/opt-out.ts";
import { Redis } from "../components/data/index.ts";
import { Authentication, Gateway, Issuer, type RateLimit, RateLimits, Route } from "../components/edge/index.ts";
import { Microservice } from "../components/workload/index.ts";
import { REDIS } from "../rehearsal/images/redis.ts";
import type { KubeObject } from "../rehearsal/plugins/kubernetes/object.ts";
import { objectsOf } from "./support/component-objects.ts";
import { CountingGateway } from "./support/counting-gateway.ts";
import { envoyBinary } from "./support/envoy.ts";
import { programsOf } from "./support/image-programs.ts";
import { whyNoOwnNetwork } from "./support/own-network.ts";
import { Tokens } from "./support/tokens.ts";

const HOST = "shop.example.com";
const LOGIN = "login.example.com";
const ZONES = ["a", "b", "c"];
const MANY = "100000/1h";
const LIMIT = 200;
/** Of one address in a second, by each of the two Envoys alone. */
const SECOND_LINE = 60;
/** Requests at once: without Redis each waits as long as its Envoy has patience, a quarter of a second. */
const FLOOD = 120;
const PUBLIC = optOut("tests call it without a token");

const program = () => {
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
  const redis = new Redis("cache", { namespace: data, issuer, zones: ZONES, role: "cache" }, on);
  const counted = new RateLimits("rate-limits", { cluster, redis, secondLine: `${SECOND_LINE}/1s` }, on);
  const args = {
    namespace: edge,
    host: HOST,
    issuer,
    implementation: "envoy",
    zones: ZONES,
    rateLimits: counted,
  } as const;
  const gateway = new Gateway("gateway", args, on);
  const identity = { issuer: `https://${LOGIN}`, audiences: ["shop"], jwks: `https://${LOGIN}:8443/keys` };
  new Authentication("people", { gateway, ...identity, claims: ["sub", "tenant"] }, on);
  const to = new Microservice("orders", { namespace: shop, zones: ZONES, image: "registry.example.com/orders:1" }, on);
  const open = (name: string, rateLimit: RateLimit) =>
    new Route(name, { gateway, to, path: `/${name}`, rateLimit, authentication: PUBLIC }, on);
  open("warm", { perClient: MANY });
  open("limited", { perClient: `${LIMIT}/1h` });
  open("keyed", { perClient: MANY, perKey: { header: "X-API-Key", limit: "20/1h" } });
  const perClaim = { claim: "tenant", limit: "15/1h" } as const;
  new Route("mine", { gateway, to, path: "/mine", rateLimit: { perClient: MANY, perClaim } }, on);
};

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** What the service was sent. */
  readonly sent: IncomingHttpHeaders;
}

const found = await envoyBinary();
const missing = "missing" in found ? found.missing : whyNoOwnNetwork;

describe.skipIf(missing !== undefined)(
  `two Envoys, as Envoy Gateway configures them by what we make${missing ? ` (skipped: ${missing})` : ""}`,
  () => {
    const tokens = new Tokens(`https://${LOGIN}`, "shop");
    const others = new Tokens(`https://${LOGIN}`, "shop");
    const service = createServer((asked, answer) => answer.end(JSON.stringify(asked.headers)));
    const busy = new Agent({ keepAlive: true, maxSockets: FLOOD });
    let it: CountingGateway;
    let stopIssuer: () => void = () => {};
    let forget: () => void = () => {};

    beforeAll(async () => {
      forget = await programsOf([REDIS]);
      const objects = (await objectsOf(program)) as KubeObject[];
      const envoy = "path" in found ? found.path : "";
      it = await CountingGateway.start({ objects, envoy, gateway: "shop-edge/gateway", host: HOST, issuer: LOGIN });
      const issuer = createTlsServer({ cert: it.issuer.certificate, key: it.issuer.key }, (_, answer) => {
        answer.end(tokens.keys);
      });
      stopIssuer = () => void issuer.close();
      for (const [server, name] of [
        [service, "service.sock"],
        [issuer, "issuer.sock"],
      ] as const) {
        server.listen(it.network.path(name));
        await once(server, "listening");
      }
      const local = (port: number) => ({ host: "127.0.0.1", port });
      const client = (name: string, localAddress: string) =>
        [{ path: `/tmp/${name}.sock` }, { ...local(443), localAddress }] as const;
      await it.network.bridge([
        [local(8080), { path: "/tmp/service.sock" }],
        [local(8443), { path: "/tmp/issuer.sock" }],
        client("anna", "127.0.0.11"),
        client("ben", "127.0.0.12"),
      ]);
      await eventually("both Envoys count", 45, async () => {
        for (let asked = 0; asked < 12; asked++) {
          const { status, headers } = await ask("/warm");
          expect([status, headers["x-ratelimit-limit"]]).toEqual([200, expect.any(String)]);
        }
      }).catch((error) => Promise.reject(new Error(it.network.said, { cause: error })));
    }, 300_000);
    afterAll(async () => {
      busy.destroy();
      stopIssuer();
      service.close();
      await it?.network.stop();
      forget();
    });

    const ask = (
      path: string,
      { headers = {}, who = "anna", agent }: { headers?: Record<string, string>; who?: string; agent?: Agent } = {},
    ): Promise<Answer> =>
      new Promise((resolve, reject) => {
        const to = { socketPath: it.network.path(`${who}.sock`), servername: HOST, ca: it.authority, path };
        request({ ...to, agent: agent ?? false, headers: { ...headers, host: HOST } }, async (response) => {
          const text = Buffer.concat(await response.toArray()).toString();
          const sent = response.statusCode === 200 ? (JSON.parse(text) as IncomingHttpHeaders) : {};
          resolve({ status: response.statusCode ?? 0, headers: response.headers, sent });
        })
          .on("error", reject)
          .end();
      });
    /** So many requests, 40 a second, each on a connection of its own: the kernel gives it to one of the two. */
    const paced = (count: number, one: () => Promise<Answer>) =>
      Promise.all(Array.from({ length: count }, (_, index) => sleep(index * 25).then(one)));
    const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;

    test("who has no token that is good is refused; who has is known to the service, whoever they say they are", async () => {
      const forged = { "x-user-sub": "root", "x-user-tenant": "root" };
      const expired = { exp: Math.floor(Date.now() / 1_000) - 120 };
      const bad = [
        {},
        { authorization: "Bearer nonsense" },
        others.header(),
        tokens.header({ iss: "https://other.example.com" }),
        tokens.header(expired),
      ];
      for (const headers of bad) expect((await ask("/mine", { headers: { ...headers, ...forged } })).status).toBe(401);
      // Who it is was seen, and may not come in here.
      expect((await ask("/mine", { headers: tokens.header({ aud: "other" }) })).status).toBe(403);
      const { authorization } = tokens.header();
      expect((await ask(`/mine?access_token=${authorization.slice(7)}`)).status).toBe(401);
      const good = await ask("/mine", { headers: { ...tokens.header({ sub: "ben" }), ...forged } });
      expect(good.status).toBe(200);
      expect(good.sent["x-user-sub"]).toBe("ben");
      expect(good.sent).not.toHaveProperty("x-user-tenant");
      const open = await ask("/warm", { headers: forged });
      expect(open.status).toBe(200);
      expect(open.sent).not.toHaveProperty("x-user-sub");
    });

    test("a limit is exact over both, for each address by itself, and what is refused says when to come again", async () => {
      const requests = async () => {
        const stats = await Promise.all((["envoy-1", "envoy-2"] as const).map((one) => it.tell(one, "/stats")));
        return stats.map((text) => Number(/^http\.https.*\.downstream_rq_total: (\d+)$/m.exec(text)?.[1] ?? 0));
      };
      const before = await requests();
      const began = performance.now();
      const answers = await paced(2 * LIMIT, () => ask("/limited"));
      const seconds = (performance.now() - began) / 1_000;
      const after = await requests();
      const shares = after.map((count, index) => count - (before[index] ?? 0));
      console.info(
        `${passed(answers)} of ${answers.length} passed where ${LIMIT} may, in ${seconds.toFixed(1)} s`,
        shares,
      );
      expect(Math.min(...shares)).toBeGreaterThan(LIMIT / 4);
      expect(Math.abs(passed(answers) - LIMIT)).toBeLessThanOrEqual(0.02 * LIMIT);
      const refused = answers.filter(({ status }) => status !== 200);
      for (const { status, headers } of refused) {
        expect(status).toBe(429);
        expect(headers["x-ratelimit-limit"]).toMatch(new RegExp(`^${LIMIT}, ${LIMIT};w=3600`));
        expect(headers["x-ratelimit-remaining"]).toBe("0");
        expect(headers["retry-after"]).toBe(headers["x-ratelimit-reset"]);
        expect(Number(headers["retry-after"])).toBeGreaterThan(0);
        expect(Number(headers["retry-after"])).toBeLessThanOrEqual(3_600);
      }
      const first = answers.find(({ status }) => status === 200);
      expect(first?.headers).not.toHaveProperty("retry-after");
      expect((await ask("/limited", { who: "ben" })).status).toBe(200);
    });

    test("a key and a claim have limits of their own", async () => {
      const keyed = (key: string) => paced(30, () => ask("/keyed", { headers: { "x-api-key": key } }));
      expect(passed(await keyed("one"))).toBe(20);
      expect(passed(await keyed("two"))).toBe(20);
      const claimed = (tenant: string) => paced(20, () => ask("/mine", { headers: tokens.header({ tenant }) }));
      expect(passed(await claimed("a"))).toBe(15);
      expect(passed(await claimed("b"))).toBe(15);
    });

    test("without Redis requests pass, and each Envoy holds an address to the second line", async () => {
      await it.endRedis();
      const few = await paced(20, () => ask("/limited"));
      expect(passed(few)).toBe(20);
      const began = performance.now();
      const flood: Answer[] = [];
      while (performance.now() - began < 3_000)
        flood.push(...(await Promise.all(Array.from({ length: FLOOD }, () => ask("/warm", { agent: busy })))));
      const seconds = (performance.now() - began) / 1_000;
      const refused = flood.filter(({ status }) => status === 429);
      console.info(`${passed(flood)} of ${flood.length} passed in ${seconds.toFixed(1)} s`);
      expect(refused.length).toBeGreaterThan(0);
      expect(passed(flood) + refused.length).toBe(flood.length);
      // Full buckets at first, and once more in every second.
      expect(passed(flood)).toBeLessThanOrEqual(2 * SECOND_LINE * (Math.ceil(seconds) + 1));
      for (const { headers } of refused) expect(headers["retry-after"]).toBe("1");
    });

    test("told so, they refuse everything instead until Redis is back", async () => {
      await it.control("closed");
      await eventually("the new setting", 60, async () => {
        for (let asked = 0; asked < 12; asked++) expect((await ask("/warm")).status).toBe(500);
      });
      await it.startRedis();
      await eventually("Redis to be asked again", 60, async () => {
        for (let asked = 0; asked < 12; asked++) expect((await ask("/warm")).status).toBe(200);
      });
    }, 150_000);
  },
);
