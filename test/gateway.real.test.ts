import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { ENVOY_GATEWAY } from "../components/cluster/operators/index.ts";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { injectFault } from "../rehearsal/faults/index.ts";
import { ENVOY } from "../rehearsal/images/envoy.ts";
import { HAPROXY } from "../rehearsal/images/haproxy.ts";
import { RATE_LIMIT } from "../rehearsal/images/ratelimit.ts";
import { REDIS } from "../rehearsal/images/redis.ts";
import { REDIS_EXPORTER } from "../rehearsal/images/redis-exporter.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { ask, type Entry, handshake } from "./support/gateway.ts";
import { configure, countedTests } from "./support/gateway-counted.ts";
import {
  AUDIENCE,
  COUNTED,
  DATA,
  DEPRECATED,
  EDGE,
  GATEWAY,
  gatewayObjects,
  ISSUER,
  SHOP,
  SUNSET,
} from "./support/gateway-objects.ts";
import { resilienceTests } from "./support/gateway-resilience.ts";
import { loadClient, sendLoad } from "./support/load.ts";
import { Tokens } from "./support/tokens.ts";
import { trial, web } from "./support/web.ts";

const why = whyNoRealNodes();
const WEB = web("1");
const TRIAL = trial();
const IMAGES = [ENVOY, WEB, TRIAL, RATE_LIMIT, REDIS, HAPROXY, REDIS_EXPORTER];
/**
 * Requests a second, and one in how many is on a connection of its own: what two busy cores bear beside the load itself. For an idle machine:
 * `PLUMBLINE_RATE=1000 PLUMBLINE_FRESH=50`; a handshake costs the client and the proxy more than fifty requests do.
 */
const RATE = Number(process.env.PLUMBLINE_RATE ?? 100);
const FRESH = Number(process.env.PLUMBLINE_FRESH ?? 2);
const SECONDS = 20;
const PROXIES = `gateway.envoyproxy.io/owning-gateway-name=${GATEWAY.name}`;

/** Envoy Gateway in pods, and proxies of it that carry a gateway's traffic, seen from outside. The tests build on each other. */
describe.skipIf(why !== undefined)(`a gateway on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  let client: string;
  let entry: Entry;
  let counted: Entry;
  const tokens = new Tokens(ISSUER, AUDIENCE);
  const kubectl = (...words: string[]) => lab.kubectl("-n", EDGE, ...words);
  const eventually = <T>(what: () => Promise<T>) => vi.waitFor(what, { timeout: 180_000, interval: 1_000 });

  beforeAll(async () => {
    client = await loadClient();
    lab = await realCluster("gateway", { simulated: false, images: IMAGES, operators: ["envoy-gateway"] });
    cluster = await lab.start();
    const [before, after] = await gatewayObjects({ web: WEB.reference, trial: TRIAL.reference }, tokens.keys);
    const controller = (...words: string[]) => lab.kubectl("-n", ENVOY_GATEWAY.namespace, ...words);
    // Those that the makers' own job made: a cloud has none, and gets them from cert-manager.
    await controller("delete", "secret", "envoy-gateway", "envoy", "envoy-rate-limit", "envoy-oidc-hmac");
    await apply(lab, before);
    await controller("wait", "--for=condition=Ready", "certificate", "--all", "--timeout=60s");
    // New pods, with the limit that the chart is told in a cloud.
    await controller("set", "resources", "deployment/envoy-gateway", "--limits=cpu=1,memory=1Gi");
    await configure(lab, "open");
    const began = performance.now();
    await apply(lab, after);
    await lab.kubectl("-n", SHOP, "rollout", "status", "deployment/web", "--timeout=120s");
    await kubectl("wait", "--for=condition=Programmed", `gateway/${GATEWAY.name}`, "--timeout=180s");
    await twoProxies(GATEWAY.name);
    const took = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`gateway: carries traffic ${took} s after it was asked for`);
    entry = await entryOf(GATEWAY);
    await eventually(async () => expect((await ask(entry, "/")).status).toBe(200));
    for (const service of ["trial", "once"])
      await lab.kubectl("-n", SHOP, "rollout", "status", `deployment/${service}`, "--timeout=120s");
    await lab.kubectl("-n", DATA, "rollout", "status", "statefulset/cache-server", "--timeout=180s");
    await lab.kubectl("-n", DATA, "rollout", "status", "deployment/cache-proxy", "--timeout=180s");
    await lab.kubectl("-n", "login", "rollout", "status", "deployment/login", "--timeout=120s");
    await eventually(() => controller("get", "deployment/envoy-ratelimit"));
    await controller("rollout", "status", "deployment/envoy-ratelimit", "--timeout=120s");
    await twoProxies(COUNTED.name);
    counted = await entryOf(COUNTED);
    // Of each proxy: whether it has its routes, and what counts has its Redis.
    await eventually(async () => {
      for (const answer of await Promise.all(Array.from({ length: 12 }, () => ask(counted, "/open"))))
        expect([answer.status, answer.headers["x-ratelimit-limit"]]).toEqual([200, expect.any(String)]);
    });
    const all = ((performance.now() - began) / 1_000).toFixed(1);
    console.log(`gateway: a second one counts in Redis ${all} s after it was asked for`);
  });
  afterAll(() => lab?.remove());

  async function entryOf({ name, host }: typeof GATEWAY): Promise<Entry> {
    const secret = await kubectl("get", "secret", `${name}-certificate-tls`, "-o", "jsonpath={.data.ca\\.crt}");
    const address = await kubectl("get", `gateway/${name}`, "-o", "jsonpath={.status.addresses[0].value}");
    return { host, address, ca: Buffer.from(secret, "base64").toString() };
  }
  const twoProxies = (name: string) =>
    eventually(async () => {
      const ready = await kubectl("get", `deployment/${name}`, "-o", "jsonpath={.status.readyReplicas}");
      expect(Number(ready)).toBeGreaterThanOrEqual(2);
    });
  async function proxies(): Promise<{ name: string; node: string }[]> {
    const fields = '{range .items[*]}{.metadata.name} {.spec.nodeName}{"\\n"}{end}';
    const running = ["-l", PROXIES, "--field-selector=status.phase=Running"];
    const said = await kubectl("get", "pods", ...running, "-o", `jsonpath=${fields}`);
    return said.split("\n").map((line) => {
      const [name = "", node = ""] = line.split(" ");
      return { name, node };
    });
  }

  test("proxies run in zones of their own, held to restricted, with a budget and an autoscaler", async () => {
    const nodes = (await proxies()).map(({ node }) => node);
    expect(new Set(nodes).size).toBe(nodes.length);
    const budget = await kubectl("get", `pdb/${GATEWAY.name}`, "-o", "jsonpath={.spec.maxUnavailable}");
    expect(budget).toBe("1");
    const scales = await kubectl(
      "get",
      `hpa/${GATEWAY.name}`,
      "-o",
      "jsonpath={.spec.minReplicas} {.spec.maxReplicas}",
    );
    expect(scales).toBe("2 3");
    const fields = "{.items[0].spec.priorityClassName} {.items[0].spec.securityContext.runAsUser}";
    expect(await kubectl("get", "pods", "-l", PROXIES, "-o", `jsonpath=${fields}`)).toBe("plumbline-service 10001");
  });

  test("TLS 1.1 is refused; 1.2 and 1.3 are spoken, and HTTP/2 on them", async () => {
    await expect(handshake(entry, "TLSv1.1")).rejects.toThrow(/alert protocol version/);
    expect(await handshake(entry, "TLSv1.2")).toBe("TLSv1.2 h2");
    expect(await handshake(entry, "TLSv1.3")).toBe("TLSv1.3 h2");
  });

  test("what comes without TLS is sent to where it is", async () => {
    const { status, headers } = await ask(entry, "/stock?sku=1", { tls: false });
    expect([status, headers.location]).toEqual([301, `https://${GATEWAY.host}/stock?sku=1`]);
  });

  test("answers have what keeps browsers safe, and do not tell which program gave them", async () => {
    const { headers } = await ask(entry, "/");
    expect(headers).toMatchObject({
      "strict-transport-security": "max-age=31536000",
      "x-content-type-options": "nosniff",
      "x-frame-options": "DENY",
      "referrer-policy": "strict-origin-when-cross-origin",
    });
    for (const telling of ["server", "x-powered-by", "x-envoy-upstream-service-time", "deprecation"])
      expect(headers).not.toHaveProperty(telling);
  });

  test("a version that is asked for by its header says from when on it is not to be used, and when it ends", async () => {
    const { status, headers } = await ask(entry, "/", { headers: { "api-version": "v1" } });
    expect(status).toBe(200);
    expect(headers.deprecation).toBe(`@${Date.parse(DEPRECATED) / 1_000}`);
    expect(new Date(String(headers.sunset)).getTime()).toBe(Date.parse(SUNSET));
  });

  test("a body that is too long is refused before the service sees it; one that is not gets there", async () => {
    expect((await ask(entry, "/", { body: "x".repeat(64 * 1_024 + 1) })).status).toBe(413);
    // The service has no such method.
    expect((await ask(entry, "/", { body: "x".repeat(63 * 1_024) })).status).toBe(404);
  });

  test("headers and paths that a service may take for others are refused", async () => {
    expect((await ask(entry, "/", { headers: { x_user: "admin" } })).status).toBe(400);
    expect((await ask(entry, "/a%2Fb")).status).toBe(400);
  });

  resilienceTests({ entry: () => entry, kubectl: (...words) => lab.kubectl(...words) });

  const forger = new Tokens(ISSUER, AUDIENCE);
  countedTests({ entry: () => counted, lab: () => lab, tokens, forger });

  /** Sends requests while something happens five seconds later. Gives how many of a thousand failed. */
  async function load(what: string, meanwhile: () => Promise<unknown>): Promise<number> {
    const { host, address } = entry;
    const ca = join(lab.cacheDir, "ca.pem");
    writeFileSync(ca, entry.ca);
    const to = { url: `https://${host}/`, address, ca };
    const sending = sendLoad(client, to, { rate: RATE, seconds: SECONDS, fresh: FRESH });
    const [result] = await Promise.all([sending, sleep(5_000).then(meanwhile)]);
    const share = (100 * result.failed) / result.sent;
    console.log(`gateway: ${what} at ${RATE}/s: ${share.toFixed(3)} % failed: ${JSON.stringify(result)}`);
    expect(result.sent).toBe(RATE * SECONDS);
    return 10 * share;
  }

  test("a proxy that is taken away drains: at most one request in a thousand fails", async () => {
    const [{ name = "" } = {}] = await proxies();
    expect(
      await load("a proxy is taken away", () => kubectl("delete", "pod", name, "--wait=false")),
    ).toBeLessThanOrEqual(1);
    await eventually(async () => expect((await proxies()).map((one) => one.name)).not.toContain(name));
    await twoProxies(GATEWAY.name);
  });

  test("a proxy that is killed costs those requests alone that it had, or that are sent before it is known", async () => {
    const kill = () => injectFault(cluster, { type: "pod-kill", namespace: EDGE, selector: PROXIES });
    expect(await load("a proxy is killed", kill)).toBeLessThanOrEqual(5);
  });
});
