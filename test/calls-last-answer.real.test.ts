import type { OutgoingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Call, lastAnswer } from "../components/workload/index.ts";
import { eventually } from "../rehearsal/toolchain/testing/scratch.ts";
import { residentMemory } from "./bench/memory.ts";
import { envoyBinary, type Proxied, type Replica, startProxied } from "./support/envoy.ts";

const found = await envoyBinary();
const binary = "path" in found ? found.path : "";
const reason = "missing" in found ? ` (skipped: ${found.missing})` : "";

async function proxied(maxAge: `${number}${"s" | "m"}` = "5m", more: Partial<Call> = {}) {
  const it = await startProxied(binary, { timeout: "500ms", fallback: lastAnswer({ maxAge }), ...more });
  onTestFinished(it.stop);
  return it;
}

function answerWith({ replicas }: Proxied, answer: Replica["answer"]) {
  for (const one of replicas) one.answer = answer;
}
const says =
  (body: string | Buffer, headers: OutgoingHttpHeaders = {}, status = 200): Replica["answer"] =>
  (_, response) =>
    response.writeHead(status, headers).end(body);
const fails = says("broken", {}, 500);

async function send(url: string, headers: Record<string, string> = {}, method = "GET") {
  const response = await fetch(url, { method, headers });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

describe.skipIf(reason !== "")(`the last good answer${reason}`, () => {
  test("is given when the service fails, is silent, is left out or is gone, with its headers and its age", async () => {
    const it = await proxied("5m", { breaker: { consecutive5xx: 2 } });
    answerWith(it, says("rates", { "content-type": "text/csv", link: ["<a>", "<b>"], etag: '"7"' }));
    expect((await send(it.url)).headers.get("x-plumbline-fallback")).toBeNull();
    const isGiven = async () => {
      const { status, text, headers } = await send(it.url);
      expect([status, text, headers.get("x-plumbline-fallback")]).toEqual([200, "rates", "stale"]);
      expect(Number(headers.get("age"))).toBeLessThan(60);
      for (const [name, value] of [
        ["content-type", "text/csv"],
        ["link", "<a>, <b>"],
        ["etag", '"7"'],
      ] as const)
        expect(headers.get(name)).toBe(value);
      expect(headers.get("x-broken")).toBeNull();
    };
    const failures: Replica["answer"][] = [
      says("broken", { "x-broken": "1" }, 500),
      says("", {}, 503),
      says("", { "transfer-encoding": "chunked" }, 502),
      says(Buffer.alloc(300_000), {}, 500),
      (request) => request.socket.destroy(),
      () => {},
    ];
    for (const failure of failures) {
      answerWith(it, failure);
      await isGiven();
    }
    expect(await it.metric("envoy_cluster_outlier_detection_ejections_enforced_total")).toBeGreaterThan(0);
    for (const { server } of it.replicas) {
      server.closeAllConnections();
      server.close();
    }
    await isGiven();
    it.named.clear();
    await sleep(2_500);
    await isGiven();
  });

  test("is no older than it may be, and then, and to what was never answered, the fixed one is given", async () => {
    const otherwise = { contentType: "text/plain", body: "fixed" };
    const it = await proxied("5m", { fallback: lastAnswer({ maxAge: "3s", otherwise }) });
    answerWith(it, says("good"));
    await send(it.url);
    answerWith(it, fails);
    expect((await send(it.url)).text).toBe("good");
    await eventually(async () => expect((await send(it.url)).text).toBe("fixed"));
    const { text, headers } = await send(`${it.url}/never`);
    expect([text, headers.get("x-plumbline-fallback")]).toEqual(["fixed", "true"]);
  });

  test.each<[string, Record<string, string>]>([
    ["Authorization", { authorization: "Bearer a" }],
    ["Cookie", { cookie: "a=b" }],
    ["Cache-Control: no-store", { "cache-control": "no-store" }],
  ])("of a request with %s is neither kept nor given to one", async (_, headers) => {
    const it = await proxied();
    answerWith(it, says("mine"));
    await send(it.url, headers);
    answerWith(it, fails);
    expect((await send(it.url, headers)).status).toBe(500);
    expect((await send(it.url)).status).toBe(500);
    answerWith(it, says("anyone's"));
    await send(it.url);
    answerWith(it, fails);
    expect((await send(it.url, headers)).status).toBe(500);
    expect((await send(it.url)).status).toBe(200);
  });

  test("is given to the same request alone: whatever header tells one from another, unless it is known not to", async () => {
    const it = await proxied();
    answerWith(it, says("alice's", { vary: "accept, X-User" }));
    await send(`${it.url}/me?a=1`, { "x-user": "alice", traceparent: "00-1", "user-agent": "one" });
    answerWith(it, fails);
    const status = async (path: string, headers: Record<string, string>) => (await send(it.url + path, headers)).status;
    expect(await status("/me?a=1", { "x-user": "alice", traceparent: "00-2", "user-agent": "two" })).toBe(200);
    expect(await status("/me?a=1", { "x-user": "bob" })).toBe(500);
    expect(await status("/me?a=1", {})).toBe(500);
    expect(await status("/me?a=1", { "x-user": "alice", accept: "text/csv" })).toBe(500);
    expect(await status("/me?a=2", { "x-user": "alice" })).toBe(500);
    for (const method of ["HEAD", "POST"])
      expect((await send(`${it.url}/me?a=1`, { "x-user": "alice" }, method)).status).toBe(500);
  });

  test.each<[string, OutgoingHttpHeaders, number?]>([
    ["sets a cookie", { "set-cookie": "session=1" }],
    ["is private", { "cache-control": "max-age=5, Private" }],
    ["is not to be stored", { "cache-control": "public, no-store" }],
    ["has to be asked for again", { "cache-control": "no-cache" }],
    ["may not be given old", { "cache-control": "max-age=1,must-revalidate" }],
    ["is another's for another client", { vary: "User-Agent" }],
    ["is another's each time", { vary: "*" }],
    ["is no 200", {}, 203],
  ])("is none that %s, which takes the place of what was kept", async (_, headers, status) => {
    const it = await proxied();
    answerWith(it, says("old"));
    await send(it.url);
    answerWith(it, says("new", headers, status));
    expect((await send(it.url)).text).toBe("new");
    answerWith(it, fails);
    expect((await send(it.url)).status).toBe(500);
  });

  test("outlasts what says nothing of it, and not a change of what it is about", async () => {
    const it = await proxied();
    const keep = async () => {
      answerWith(it, says("good"));
      await send(`${it.url}/a?b`);
    };
    const isKept = async () => {
      answerWith(it, fails);
      return (await send(`${it.url}/a?b`)).status === 200;
    };
    for (const [status, kept] of [
      [429, true],
      [304, true],
      [404, false],
      [403, false],
      [301, false],
    ] as const) {
      await keep();
      answerWith(it, says("", { location: "http://127.0.0.1:1" }, status));
      await fetch(`${it.url}/a?b`, { redirect: "manual" });
      expect(await isKept(), String(status)).toBe(kept);
    }
    for (const [method, status, kept] of [
      ["PUT", 500, true],
      ["OPTIONS", 200, true],
      ["PUT", 200, false],
    ] as const) {
      await keep();
      answerWith(it, says("", {}, status));
      await send(`${it.url}/a`, {}, method);
      expect(await isKept(), `${method} ${status}`).toBe(kept);
    }
  });

  test("is whole: what breaks off or is too large goes through as it comes, and is not kept", async () => {
    const it = await proxied("5m", { timeout: "5s" });
    const large = Buffer.alloc(4 * 2 ** 20, "x");
    const exact = "y".repeat(65_536);
    for (const [path, body, status] of [
      ["/large", large, 500],
      ["/exact", exact, 200],
      ["/none", "", 200],
    ] as const) {
      answerWith(it, says(body));
      expect((await send(it.url + path)).text).toHaveLength(body.length);
      answerWith(it, fails);
      const { status: then, text } = await send(it.url + path);
      expect([then, then === 200 ? text.length : 0]).toEqual([status, status === 200 ? body.length : 0]);
    }
    answerWith(it, (_, response) => {
      response.writeHead(200, { "content-length": "10" }).write("half");
      setTimeout(() => response.destroy(), 50);
    });
    await expect(send(`${it.url}/half`)).rejects.toThrow();
    answerWith(it, fails);
    expect((await send(`${it.url}/half`)).status).toBe(500);
  });

  test("takes a bounded memory, whatever is asked for, and what was used last stays", async () => {
    const it = await proxied("5m", { timeout: "30s" });
    // As many that never end as could be read at once: they are no more when their clients are gone.
    answerWith(it, (_, response) => void response.writeHead(200).write("begun"));
    const gone = new AbortController();
    const open = Array.from({ length: 100 }, (_, index) => fetch(`${it.url}/open/${index}`, { signal: gone.signal }));
    await Promise.all(open);
    gone.abort();
    const before = residentMemory(it.envoy.pid ?? 0);
    answerWith(it, (request, response) => void response.end((request.url ?? "").padEnd(60_000)));
    for (let index = 0; index < 4_000; index++) {
      if (index % 50 === 0) await send(`${it.url}/often`);
      await send(`${it.url}/${index}`);
    }
    const grown = residentMemory(it.envoy.pid ?? 0) - before;
    console.log(`4000 answers of 60 kB: Envoy grew by ${Math.round(grown / 2 ** 20)} MiB`);
    expect(grown).toBeLessThan(48 * 2 ** 20);
    answerWith(it, fails);
    const status = async (path: string) => (await send(it.url + path)).status;
    expect([await status("/often"), await status("/3999"), await status("/3950")]).toEqual([200, 200, 200]);
    expect([await status("/0"), await status("/3000")]).toEqual([500, 500]);
  });
});
