import { setTimeout as sleep } from "node:timers/promises";
import { dump, load } from "js-yaml";
import { expect, test, vi } from "vitest";
import {
  countingEnvoyGateway,
  ENVOY_GATEWAY,
  type RateLimitService,
} from "../../components/cluster/operators/index.ts";
import { names } from "../../components/data/redis/plan.ts";
import type { RealCluster } from "../../rehearsal/nodes/testing/real-cluster.ts";
import { type Answer, ask, type Entry } from "./gateway.ts";
import { CACHE, COUNTED, counting, DATA, EDGE, LIMIT, SECOND_LINE } from "./gateway-objects.ts";
import type { Tokens } from "./tokens.ts";

/** What the tests need of a running gateway; what is only there when they run is asked for then. */
interface CountedGateway {
  readonly entry: () => Entry;
  readonly lab: () => RealCluster;
  readonly tokens: Tokens;
  /** Of the same issuer by name, with a key that is not its. */
  readonly forger: Tokens;
}

/** Requests at once: without Redis each waits as long as its proxy has patience, a quarter of a second. */
const FLOOD = 200;
const PROXIES = 2;

const eventually = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 120_000, interval: 500 });
const passed = (answers: readonly Answer[]) => answers.filter(({ status }) => status === 200).length;
const sent = ({ body }: Answer) => (JSON.parse(body) as { sent: Record<string, string> }).sent;

/** So many requests, 40 a second, each on a connection of its own: the load balancer gives it to one of the two. */
const paced = (count: number, one: () => Promise<Answer>) =>
  Promise.all(Array.from({ length: count }, (_, index) => sleep(index * 25).then(one)));

/** Who may come in, and how often: asked of two proxies, a service that counts and a Redis, in pods. The tests build on each other. */
export function countedTests({ entry, lab, tokens, forger }: CountedGateway): void {
  const get = (path: string, headers: Record<string, string> = {}) => ask(entry(), path, { headers });
  const many = (count: number, path: string, headers: Record<string, string> = {}) =>
    Promise.all(Array.from({ length: count }, () => get(path, headers)));

  test("who has no token that is good is refused; who has is known to the service, whoever they say they are", async () => {
    const forged = { "x-user-sub": "root", "x-user-tenant": "root" };
    const refused = {
      none: {},
      nonsense: { authorization: "Bearer nonsense" },
      forged: forger.header(),
      expired: tokens.header({ exp: Math.floor(Date.now() / 1_000) - 120 }),
      "of another issuer": tokens.header({ iss: "https://other.example.com" }),
    };
    // Each proxy fetches the issuer's keys.
    await eventually(async () => {
      for (const { status } of await many(12, "/mine", tokens.header())) expect(status).toBe(200);
    });
    for (const [what, headers] of Object.entries(refused))
      expect([what, (await get("/mine", { ...headers, ...forged })).status]).toEqual([what, 401]);
    expect((await get("/mine", tokens.header({ aud: "other" }))).status).toBe(403);
    for (let asked = 0; asked < 4; asked++) {
      const good = await get("/mine", { ...tokens.header({ sub: "ben" }), ...forged });
      expect([good.status, sent(good)["x-user-sub"], sent(good)["x-user-tenant"]]).toEqual([200, "ben", undefined]);
    }
    const open = await get("/open", forged);
    expect([open.status, sent(open)["x-user-sub"]]).toEqual([200, undefined]);
  });

  test("a limit is exact over both proxies, and what is refused says when to come again", async () => {
    const began = performance.now();
    const answers = await paced(2 * LIMIT, () => get("/limited"));
    const seconds = (performance.now() - began) / 1_000;
    // A proxy writes its log every ten seconds.
    const shares = await eventually(async () => {
      const each = await served(lab(), "/limited");
      expect(each.reduce((sum, one) => sum + one, 0)).toBe(answers.length);
      return each;
    });
    console.log(
      `gateway: ${passed(answers)} of ${answers.length} passed in ${seconds.toFixed(1)} s where ${LIMIT} may; proxies had ${shares}`,
    );
    expect(shares.length).toBe(PROXIES);
    expect(Math.min(...shares)).toBeGreaterThan(LIMIT / 4);
    expect(Math.abs(passed(answers) - LIMIT)).toBeLessThanOrEqual(0.02 * LIMIT);
    for (const { status, headers } of answers.filter((answer) => answer.status !== 200)) {
      expect(status).toBe(429);
      expect(headers["x-ratelimit-limit"]).toMatch(new RegExp(`^${LIMIT}, ${LIMIT};w=3600`));
      expect(headers["x-ratelimit-remaining"]).toBe("0");
      expect(headers["retry-after"]).toBe(headers["x-ratelimit-reset"]);
      expect(Number(headers["retry-after"])).toBeGreaterThan(0);
    }
    expect(answers.find(({ status }) => status === 200)?.headers).not.toHaveProperty("retry-after");
  });

  test("a claim has a limit of its own", async () => {
    const claimed = (tenant: string) => paced(20, () => get("/mine", tokens.header({ tenant })));
    expect([passed(await claimed("a")), passed(await claimed("b"))]).toEqual([15, 15]);
  });

  test("without Redis requests pass, and each proxy holds an address to the second line", async () => {
    await lab().kubectl("-n", DATA, "scale", `statefulset/${names(CACHE).server}`, "--replicas=0");
    await lab().kubectl("-n", DATA, "wait", "--for=delete", "pod", `${names(CACHE).server}-0`, "--timeout=120s");
    // The limit is used up: it is not counted any more.
    await eventually(async () => expect((await get("/limited")).status).toBe(200));
    const few = await paced(20, () => get("/limited"));
    expect(passed(few)).toBe(20);
    const began = performance.now();
    const flood: Answer[] = [];
    while (performance.now() - began < 4_000) flood.push(...(await many(FLOOD, "/open")));
    const seconds = (performance.now() - began) / 1_000;
    const refused = flood.filter(({ status }) => status === 429);
    console.log(
      `gateway: without Redis ${passed(flood)} of ${flood.length} passed in ${seconds.toFixed(1)} s, ${refused.length} got 429`,
    );
    expect(refused.length).toBeGreaterThan(0);
    expect(passed(flood) + refused.length).toBe(flood.length);
    // Full buckets at first, and once more in every second.
    expect(passed(flood)).toBeLessThanOrEqual(PROXIES * SECOND_LINE * (Math.ceil(seconds) + 1));
    for (const { headers } of refused) expect(headers["retry-after"]).toBe("1");
  });

  test("told so, they refuse everything instead until Redis is back", async () => {
    await configure(lab(), "closed");
    await eventually(async () => {
      for (const { status } of await many(12, "/open")) expect(status).toBe(500);
    });
    await lab().kubectl("-n", DATA, "scale", `statefulset/${names(CACHE).server}`, "--replicas=3");
    await eventually(async () => {
      for (const { status } of await many(12, "/open")) expect(status).toBe(200);
    });
  });
}

/** Requests of a path that each proxy has written into its access log. */
async function served({ kubectl }: RealCluster, path: string): Promise<number[]> {
  const label = `gateway.envoyproxy.io/owning-gateway-name=${COUNTED.name}`;
  const pods = (await kubectl("-n", EDGE, "get", "pods", "-l", label, "-o", "name")).split("\n");
  const logs = await Promise.all(pods.map((pod) => kubectl("-n", EDGE, "logs", pod, "-c", "envoy", "--tail=-1")));
  return logs.map((log) => log.split("\n").filter((line) => line.includes(`"path":"${path}"`)).length);
}

/** Gives Envoy Gateway the settings that its chart is given where it counts, and starts it anew. */
export async function configure(
  { kubectl }: RealCluster,
  whenRedisIsGone: RateLimitService["whenRedisIsGone"],
): Promise<void> {
  const file = "envoy-gateway.yaml";
  const configMap = ["-n", ENVOY_GATEWAY.namespace, "configmap/envoy-gateway-config"];
  const { data } = JSON.parse(await kubectl("get", ...configMap, "-o", "json")) as { data: Record<string, string> };
  const { config } = countingEnvoyGateway(counting(whenRedisIsGone)).chart.values as {
    config: { envoyGateway: object };
  };
  const settings = merged(load(data[file] ?? ""), config.envoyGateway);
  await kubectl("patch", ...configMap, "--type=merge", "-p", JSON.stringify({ data: { [file]: dump(settings) } }));
  const deployment = ["-n", ENVOY_GATEWAY.namespace, "deployment/envoy-gateway"];
  await kubectl("rollout", "restart", ...deployment);
  await kubectl("rollout", "status", ...deployment, "--timeout=120s");
}

/** As Helm merges values: what is an object in both has the fields of both. */
function merged(given: unknown, over: unknown): unknown {
  const isObject = (value: unknown): value is Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value);
  if (!isObject(given) || !isObject(over)) return over;
  return {
    ...given,
    ...Object.fromEntries(Object.entries(over).map(([key, value]) => [key, merged(given[key], value)])),
  };
}
