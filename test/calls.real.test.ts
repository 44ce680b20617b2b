import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { optOut } from "../components/core/opt-out.ts";
import { type Call, completeCall } from "../components/workload/calls/call.ts";
import { envoyConfig, RUN } from "../components/workload/calls/envoy.ts";
import { lastAnswer } from "../components/workload/calls/fallback.ts";
import { command } from "../rehearsal/toolchain/command.ts";
import { eventually } from "../rehearsal/toolchain/testing/scratch.ts";
import { envoyBinary, type Replica, type StartOptions, startProxied } from "./support/envoy.ts";

const found = await envoyBinary();
const binary = "path" in found ? found.path : "";
const reason = "missing" in found ? ` (skipped: ${found.missing})` : "";

async function proxied(call: Call, options?: StartOptions) {
  const it = await startProxied(binary, call, options);
  onTestFinished(it.stop);
  return it;
}

const send = async (url: string, method = "GET", headers: Record<string, string> = {}) => {
  const began = performance.now();
  const body = method === "POST" ? "{}" : null;
  const response = await fetch(url, { method, headers, body });
  return {
    status: response.status,
    text: await response.text(),
    headers: response.headers,
    ms: performance.now() - began,
  };
};
const many = (count: number, one: () => ReturnType<typeof send>) => Promise.all(Array.from({ length: count }, one));
const count = (replicas: readonly Replica[]) => replicas.reduce((sum, { requests }) => sum + requests.length, 0);
const fail: Replica["answer"] = (_, response) => response.writeHead(500).end("broken");
const LEFT_OUT = "envoy_cluster_outlier_detection_ejections_active";
const silence: Replica["answer"] = () => {};
const UNBROKEN = optOut("to see what retries do alone");

describe.skipIf(reason !== "")(`Envoy as it is configured beside a workload${reason}`, () => {
  const fixed = { contentType: "application/json", body: "[]" };
  const full: Call = {
    timeout: "2s",
    retries: 2,
    breaker: { consecutive5xx: 3 },
    maxInFlight: 10,
    fallback: fixed,
  };

  async function validate(change: (text: string) => string = (text) => text) {
    const dir = mkdtempSync(join(tmpdir(), "plumbline-envoy-"));
    onTestFinished(() => rmSync(dir, { recursive: true }));
    const kept: Call = { ...full, fallback: lastAnswer({ maxAge: "5m", otherwise: fixed }) };
    const calls: Call[] = [{ timeout: "10ms" }, { timeout: "1h", retries: 5, perTryTimeout: "1s" }, full, kept];
    const edges = calls.map((call, index) => ({
      callee: `callee-${index}`,
      listen: 14_001 + index,
      host: "payments.shop.svc",
      pods: { name: "payments-pods.shop.svc.cluster.local.", port: 8080 },
      call: completeCall(call),
    }));
    writeFileSync(join(dir, "envoy.json"), change(JSON.stringify(envoyConfig(edges)).replaceAll(RUN, dir)));
    return command(binary, ["--mode", "validate", "-l", "warn", "-c", join(dir, "envoy.json")]);
  }

  test("its own check accepts the configuration, and finds nothing in it that is deprecated", async () => {
    const { code, tail } = await validate();
    expect(code, tail.join("\n")).toBe(0);
    expect(tail.join("\n")).not.toMatch(/deprecated/i);
    expect((await validate((text) => text.replace("budget_percent", "budget_percents"))).code).not.toBe(0);
  });

  test("a call is cut when its time is over, however many tries it had", async () => {
    const { url, replicas } = await proxied({ timeout: "600ms", retries: 2, perTryTimeout: "200ms" });
    for (const one of replicas) one.answer = silence;
    const get = await send(url);
    expect(get.status).toBe(504);
    expect(get.ms).toBeGreaterThan(550);
    expect(get.ms).toBeLessThan(900);
    expect(count(replicas)).toBeGreaterThan(1);
    const before = count(replicas);
    const post = await send(url, "POST");
    expect([post.status, count(replicas) - before]).toEqual([504, 1]);
    expect(post.ms).toBeGreaterThan(550);
  });

  test("a try may take all of the time: what is slow and within it is asked once", async () => {
    const { url, replicas } = await proxied({ timeout: "2s", retries: 2, breaker: { consecutive5xx: 2 } });
    for (const one of replicas) one.answer = (_, response) => setTimeout(() => response.end(), 900);
    expect((await send(url)).status).toBe(200);
    expect(count(replicas)).toBe(1);
  });

  test("a sender that stalls is cut in time too, and holds no place", async () => {
    const { url, replicas } = await proxied({ timeout: "500ms", maxInFlight: 1 });
    for (const one of replicas) one.answer = (request, response) => request.resume().once("end", () => response.end());
    const { hostname, port } = new URL(url);
    const stalled = connect(Number(port), hostname);
    const began = performance.now();
    stalled.write("POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nabc");
    const [answer] = await once(stalled, "data");
    expect(String(answer)).toMatch(/^HTTP\/1.1 (408|504) /);
    expect(performance.now() - began).toBeLessThan(1_500);
    stalled.destroy();
    expect((await send(url)).status).toBe(200);
  });

  test("what may be repeated hides a replica that fails; what was sent and may not be is never sent twice", async () => {
    const { url, replicas } = await proxied({ timeout: "2s", retries: 2, breaker: UNBROKEN });
    const [broken] = replicas as [Replica];
    broken.answer = fail;
    for (const [method, headers] of [["GET"], ["PUT"], ["DELETE"], ["POST", { "idempotency-key": "1" }]] as const) {
      const before = broken.requests.length;
      for (let round = 0; round < 10; round++)
        expect((await many(3, () => send(url, method, headers))).map(({ status }) => status)).toEqual([200, 200, 200]);
      expect(broken.requests.length).toBeGreaterThan(before);
    }

    for (const answer of [fail, ((request) => request.socket.destroy()) as Replica["answer"]]) {
      broken.answer = answer;
      const before = count(replicas);
      const posts = await many(60, () => send(url, "POST"));
      expect(count(replicas) - before).toBe(60);
      expect(posts.some(({ status }) => status >= 500)).toBe(true);
    }
  });

  test("a body that is too large to keep goes through whole, and is sent once", async () => {
    const { url, replicas } = await proxied({ timeout: "5s", retries: 2 });
    const body = "x".repeat(4 * 2 ** 20);
    for (const one of replicas) one.answer = (request, response) => void request.pipe(response);
    const response = await fetch(url, { method: "PUT", body });
    expect([response.status, await response.text()]).toEqual([200, body]);
    for (const one of replicas)
      one.answer = (request, response) => void request.resume().once("end", () => fail(request, response));
    const before = count(replicas);
    expect([(await fetch(url, { method: "PUT", body })).status, count(replicas) - before]).toEqual([500, 1]);
    expect([(await fetch(url, { method: "PUT", body: "small" })).status, count(replicas) - before]).toEqual([500, 4]);
  });

  test("a replica that is gone costs no request, not even one that may not be repeated", async () => {
    const { url, replicas } = await proxied({ timeout: "2s", retries: 2 });
    replicas[0]?.server.close();
    replicas[0]?.server.closeAllConnections();
    for (let round = 0; round < 20; round++)
      expect((await many(3, () => send(url, "POST"))).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(count(replicas)).toBe(60);
  });

  test("when all fail, retries are a fifth of the load, not twice of it", async () => {
    const load = 300;
    const { url, replicas } = await proxied({ timeout: "5s", retries: 2, breaker: UNBROKEN, maxInFlight: load });
    for (const one of replicas) one.answer = (_, response) => void setTimeout(() => fail(_, response), 100);
    await many(load, () => send(url));
    expect(count(replicas)).toBeGreaterThan(load);
    expect(count(replicas)).toBeLessThanOrEqual(load * 1.3 + 3);
  });

  test("a replica that fails gets no requests for a while, and comes back; never more than half are left out", async () => {
    const { url, replicas, metric } = await proxied({ timeout: "2s", breaker: { consecutive5xx: 3, ejection: "2s" } });
    const [broken] = replicas as [Replica];
    const leftOut = (many: number) => eventually(async () => expect(await metric(LEFT_OUT)).toBe(many));
    broken.answer = fail;
    await many(40, () => send(url));
    await leftOut(1);
    const before = broken.requests.length;
    expect((await many(60, () => send(url))).filter(({ status }) => status !== 200)).toEqual([]);
    expect(broken.requests.length).toBe(before);

    broken.answer = (_, response) => response.end();
    await leftOut(0);
    await many(60, () => send(url));
    expect(broken.requests.length).toBeGreaterThan(before);

    for (const one of replicas) one.answer = fail;
    await many(100, () => send(url));
    expect(await metric(LEFT_OUT)).toBe(1);
    for (const one of replicas) one.requests.length = 0;
    await many(60, () => send(url));
    expect(replicas.filter(({ requests }) => requests.length > 0)).toHaveLength(2);
  });

  test("replicas that are left out stay so when those that serve are fewer than half", async () => {
    const { url, replicas, named, metric } = await proxied(
      { timeout: "2s", breaker: { consecutive5xx: 2 } },
      { count: 5 },
    );
    for (const one of replicas.slice(0, 2)) one.answer = fail;
    await many(60, () => send(url));
    expect(await metric(LEFT_OUT)).toBe(2);
    for (const { address } of replicas.slice(3)) named.delete(address);
    await sleep(2_000);
    expect((await many(60, () => send(url))).filter(({ status }) => status !== 200)).toEqual([]);
    expect(replicas[2]?.requests.length).toBeGreaterThanOrEqual(60);
  });

  test("more than maxInFlight are refused at once, and say so; those under way end well", async () => {
    const { url, replicas } = await proxied({ timeout: "5s", maxInFlight: 10 });
    for (const one of replicas) one.answer = (_, response) => void setTimeout(() => response.end(), 1_000);
    const all = await many(50, () => send(url));
    const refused = all.filter(({ status }) => status === 503);
    expect(all.filter(({ status }) => status === 200)).toHaveLength(10);
    expect(refused).toHaveLength(40);
    for (const { headers } of refused) expect(headers.get("x-envoy-overloaded")).toBe("true");
    expect(Math.max(...refused.map(({ ms }) => ms))).toBeLessThan(900);
    expect((await many(10, () => send(url))).every(({ status }) => status === 200)).toBe(true);
  });

  test("a GET falls back when all fail, are silent or are gone; nothing else does", async () => {
    const fallback = { contentType: "application/json", body: '{"rates":[],"of":"100% nothing"}' };
    const { url, replicas, named } = await proxied({ timeout: "300ms", fallback });
    expect((await send(url)).headers.get("x-plumbline-fallback")).toBeNull();
    for (const one of replicas) one.answer = (_, response) => response.writeHead(404).end();
    expect((await send(url)).status).toBe(404);
    for (const answer of [fail, silence]) {
      for (const one of replicas) one.answer = answer;
      const { status, text, headers } = await send(url);
      expect([status, text, headers.get("content-type")]).toEqual([200, fallback.body, fallback.contentType]);
      expect(headers.get("x-plumbline-fallback")).toBe("true");
      expect((await send(url, "PUT")).status).toBeGreaterThanOrEqual(500);
    }
    named.clear();
    await sleep(2_500);
    expect(await send(url)).toMatchObject({ status: 200, text: fallback.body });
  });

  test("a server that closes idle connections loses no request", async () => {
    const { url, replicas } = await proxied({ timeout: "2s" });
    // Node's default, at its worst: the server closes in the very moment in which a request comes.
    const used = new WeakMap<Socket, number>();
    let connections = 0;
    for (const one of replicas)
      one.answer = ({ socket }, response) => {
        if (!used.has(socket)) connections++;
        if (performance.now() - (used.get(socket) ?? Infinity) >= 5_000) return void socket.destroy();
        response.end(() => used.set(socket, performance.now()));
      };
    for (const pause of [0, 1_000, 5_100, 5_100]) {
      await sleep(pause);
      expect((await many(20, () => send(url, "POST"))).filter(({ status }) => status !== 200)).toEqual([]);
    }
    // And keeps those that are in use.
    expect(connections).toBeLessThan(80);
  });

  test("a replica that the DNS no longer names gets nothing after two seconds, whatever the TTL", async () => {
    const { url, replicas, named } = await proxied({ timeout: "2s" });
    named.delete("127.0.0.3");
    await sleep(2_000);
    expect((await many(60, () => send(url))).every(({ status }) => status === 200)).toBe(true);
    expect(replicas.map(({ requests }) => requests.length > 0)).toEqual([true, true, false]);
  });

  test("it is ready before there is anyone to call, and calls whoever comes", async () => {
    const { url, replicas, named } = await proxied({ timeout: "2s" }, { isNamed: false });
    expect((await send(url)).status).toBe(503);
    for (const { address } of replicas) named.add(address);
    await sleep(2_500);
    expect((await many(30, () => send(url))).filter(({ status }) => status !== 200)).toEqual([]);
  });

  test("a sender cannot ask for more tries or more time than was declared", async () => {
    const { url, replicas } = await proxied({ timeout: "500ms" });
    for (const one of replicas) one.answer = fail;
    const headers = {
      "x-envoy-retry-on": "5xx",
      "x-envoy-max-retries": "9",
      "x-envoy-upstream-rq-timeout-ms": "60000",
    };
    await send(url, "POST", headers);
    expect(count(replicas)).toBe(1);
    for (const one of replicas) one.answer = silence;
    expect((await send(url, "POST", headers)).ms).toBeLessThan(900);
  });

  test("the service sees its own name, and the request as it was sent; of Envoy's admin only metrics are to be had", async () => {
    const { url, telemetry, replicas } = await proxied({ timeout: "2s" });
    for (const one of replicas) one.answer = (request, response) => response.end(JSON.stringify(request.headers));
    const { text, headers } = await send(`${url}/b//c?d`, "GET", { "x-request-id": "mine", traceparent: "00-1" });
    expect(JSON.parse(text)).toMatchObject({ host: "payments.shop.svc", "x-request-id": "mine", traceparent: "00-1" });
    expect(text).not.toContain("x-forwarded-for");
    expect(headers.get("server")).toBeNull();
    expect(replicas.flatMap(({ requests }) => requests)).toEqual(["GET /b//c?d"]);
    for (const path of ["/", "/quitquitquit", "/config_dump", "/stats", "/ready/../config_dump"])
      expect((await fetch(telemetry + path)).status, path).toBe(404);
    expect((await fetch(`${telemetry}/ready`, { method: "POST" })).status).toBe(404);
    expect(await (await fetch(`${telemetry}/stats/prometheus`)).text()).toContain('envoy_cluster_name="payments"');
  });
});
