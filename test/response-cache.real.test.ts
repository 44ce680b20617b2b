import { request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, type Origin, type Standing, standing } from "./support/cached.ts";
import type { CacheReplica } from "./support/varnish.ts";

const MEBIBYTE = 2 ** 20;

let stand: Standing;
let origin: Origin;
let first: CacheReplica;
let generous: CacheReplica;
let number = 0;

beforeAll(async () => {
  stand = await standing();
  ({ origin, first, generous } = stand);
});

afterAll(() => stand?.stop());

/** A path that nobody has asked for. */
let path: string;
beforeEach(() => {
  path = `/catalog/${++number}`;
  origin.asked.length = 0;
  origin.says({ "cache-control": "s-maxage=60" });
});

const get = (of: CacheReplica, target = path, init?: RequestInit) => ask(of, target, init);
const lines = () => origin.asked.map(({ line }) => line);

describe("what is kept", () => {
  test("an answer that says so is served again, with its age, and the service is not asked", async () => {
    const [miss, hit] = [await get(first), await get(first)];
    expect(miss).toMatchObject({ status: 200, body: "1", cache: "miss" });
    expect(hit).toMatchObject({ status: 200, body: "1", cache: "hit" });
    expect(Number(hit.headers.get("age"))).toBeLessThan(60);
    expect(hit.headers.has("via") || hit.headers.has("x-varnish") || hit.headers.has("xkey")).toBe(false);
    await sleep(1_100);
    expect(Number((await get(first)).headers.get("age"))).toBeGreaterThan(0);
    expect(lines()).toEqual([`GET ${path}`]);
    expect((await get(first, path, { method: "HEAD" })).cache).toBe("hit");
  });

  test("each replica keeps for itself", async () => {
    for (const replica of stand.replicas)
      for (const cache of ["miss", "hit"]) expect((await get(replica)).cache).toBe(cache);
    expect(lines()).toHaveLength(2);
  });

  test("words of a query are the same in any order, and others are another answer", async () => {
    expect((await get(first, `${path}?b=2&a=1`)).cache).toBe("miss");
    expect((await get(first, `${path}?a=1&b=2`)).cache).toBe("hit");
    expect((await get(first, `${path}?a=1&b=3`)).cache).toBe("miss");
    expect((await get(first, path)).cache).toBe("miss");
    expect((await get(first, `${path}?`)).cache).toBe("hit");
  });

  test("another host, and another version of the API, are another answer", async () => {
    const host = (name: string) =>
      new Promise<string | undefined>((done, fail) => {
        const { address, ports } = first;
        request({ host: address, port: ports.api, path, headers: { host: name }, agent: false }, (response) => {
          response.resume();
          done(response.headers["x-cache"] as string | undefined);
        })
          .on("error", fail)
          .end();
      });
    expect([await host("a.example.com"), await host("b.example.com"), await host("A.EXAMPLE.com")]).toEqual([
      "miss",
      "miss",
      "hit",
    ]);
    expect((await get(first, path, { headers: { "API-Version": "v1" } })).cache).toBe("miss");
    expect((await get(first, path, { headers: { "API-Version": "v2" } })).cache).toBe("miss");
    expect((await get(first, path, { headers: { "API-Version": "v1" } })).cache).toBe("hit");
  });

  test("what answers vary by is obeyed", async () => {
    origin.says({ "cache-control": "s-maxage=60", vary: "Accept-Language" });
    const of = (language: string) => get(first, path, { headers: { "accept-language": language } });
    expect(
      [await of("de"), await of("en"), await of("de"), await of("en")].map(({ cache, body }) => [cache, body]),
    ).toEqual([
      ["miss", "1"],
      ["miss", "2"],
      ["hit", "1"],
      ["hit", "2"],
    ]);
  });

  test("an answer that says nothing is not, unless the cache was given a time", async () => {
    origin.says({});
    expect([(await get(first)).body, (await get(first)).body]).toEqual(["1", "2"]);
    expect([(await get(generous)).body, (await get(generous)).body]).toEqual(["3", "3"]);
    origin.says({}, 404);
    expect([(await get(generous, `${path}/none`)).body, (await get(generous, `${path}/none`)).body]).toEqual([
      "4",
      "5",
    ]);
  });

  test("s-maxage is for caches that many share, and wins over max-age", async () => {
    origin.says({ "cache-control": "max-age=60, s-maxage=0" });
    expect([(await get(first)).body, (await get(first)).body]).toEqual(["1", "2"]);
  });

  test("of a hundred who ask at once, one asks the service", async () => {
    origin.answer = async (_, response) => {
      await sleep(300);
      response.writeHead(200, { "cache-control": "s-maxage=60" }).end("once");
    };
    const all = await Promise.all(Array.from({ length: 100 }, () => get(first)));
    expect(new Set(all.map(({ status, body }) => `${status} ${body}`))).toEqual(new Set(["200 once"]));
    expect(lines()).toHaveLength(1);
  });
});

describe("what is never kept", () => {
  test.each<[string, Record<string, string | string[]>]>([
    ["private", { "cache-control": "private, max-age=60" }],
    ["no-store", { "cache-control": "no-store" }],
    ["no-cache", { "cache-control": "max-age=60, no-cache" }],
    ["a second Cache-Control", { "cache-control": ["max-age=60", "private"] }],
    ["Set-Cookie", { "cache-control": "s-maxage=60", "set-cookie": "session=1" }],
    ["Vary: *", { "cache-control": "s-maxage=60", vary: "*" }],
    ["a challenge", { "cache-control": "s-maxage=60", "www-authenticate": "Basic" }],
    ["one that says that it is too long", { "cache-control": "s-maxage=60", "content-length": `${MEBIBYTE + 1}` }],
  ])("an answer with %s", async (what, headers) => {
    const body = what.includes("long") ? "x".repeat(MEBIBYTE + 1) : undefined;
    origin.answer = (_, response) => response.writeHead(200, headers).end(body ?? `${origin.asked.length}`);
    for (const replica of [first, first, generous, generous]) expect((await get(replica)).cache).toBe("miss");
    expect(lines()).toHaveLength(4);
  });

  test.each<[string, Record<string, string>]>([
    ["Authorization", { authorization: "Bearer of-ada" }],
    ["a cookie", { cookie: "session=of-ada" }],
    ["a claim", { "x-user-sub": "ada" }],
    ["any claim, however it is written", { "X-USER-Realm-Access-Role": "admin: yes" }],
    ["an actor", { "x-actor": "ada" }],
    ["a purpose", { "x-purpose": "support" }],
  ])("the answer to a request with %s, and nobody else's is given to it", async (_, headers) => {
    await get(first);
    const [one, two] = [await get(first, path, { headers }), await get(first, path, { headers })];
    expect([one, two].map(({ cache, body }) => [cache, body])).toEqual([
      ["pass", "2"],
      ["pass", "3"],
    ]);
    // The service gets it as it came.
    const [[name, value]] = Object.entries(headers) as [[string, string]];
    expect(origin.asked[1]?.headers[name.toLowerCase()]).toBe(value);
    expect(Object.keys(origin.asked[1]?.headers ?? {}).join()).not.toMatch(/plumbline/);
    expect((await get(first)).body).toBe("1");
  });

  test("what changes something, and what has a body", async () => {
    await get(first);
    for (const method of ["POST", "PUT", "PATCH", "DELETE"])
      expect((await get(first, path, { method, body: "x" })).cache).toBe("pass");
    expect(lines()).toEqual([
      `GET ${path}`,
      ...["POST", "PUT", "PATCH", "DELETE"].map((method) => `${method} ${path}`),
    ]);
    const withBody = await new Promise((done) => {
      const { address, ports } = first;
      const headers = { "content-length": 1 };
      request({ host: address, port: ports.api, path, headers, agent: false }, (response) => {
        response.resume();
        done(response.headers["x-cache"]);
      }).end("x");
    });
    expect(withBody).toBe("pass");
  });

  test("headers that nothing is kept by reach the service with nothing that is kept", async () => {
    const who = { "x-forwarded-for": "203.0.113.7", "x-forwarded-host": "evil.example.com" };
    const others = Object.fromEntries(
      ["X-Forwarded-Scheme", "x-forwarded-ssl", "X-Forwarded-Anything", "X-Original-URI", "X-Rewrite-URL"]
        .concat("X-HTTP-Method", "X-Method-Override", "X-Script-Name", "True-Client-IP", "Front-End-Https", "X-Scheme")
        .map((name) => [name, "evil"]),
    );
    const kept = { "x-forwarded-proto": "https", "x-originals": "as it came" };
    const headers = { ...who, ...others, ...kept, "x-original-url": "/admin", "plumbline-stale": "kept" };
    await get(first, path, { headers });
    await get(first, path, { headers, method: "POST" });
    expect(origin.asked[0]?.headers).not.toHaveProperty("x-forwarded-host");
    expect(origin.asked[0]?.headers).not.toHaveProperty("x-forwarded-for");
    expect(origin.asked[0]?.headers).not.toHaveProperty("x-original-url");
    for (const name of Object.keys(others)) expect(origin.asked[0]?.headers).not.toHaveProperty(name.toLowerCase());
    expect(origin.asked[0]?.headers).not.toHaveProperty("plumbline-unkeyed");
    expect(origin.asked[0]?.headers).toMatchObject(kept);
    // Who asks is told as the gateway said it where nothing is kept; the gateway itself is no client.
    expect(origin.asked[1]?.headers).toMatchObject(who);
    for (const { headers } of origin.asked) expect(headers).not.toHaveProperty("plumbline-stale");
  });

  test("cookies are taken away where that was said, and only there", async () => {
    const headers = { cookie: "tracking=1" };
    expect([(await get(generous, path, { headers })).cache, (await get(generous)).cache]).toEqual(["miss", "hit"]);
    expect(origin.asked[0]?.headers).not.toHaveProperty("cookie");
  });
});

test("it takes no more memory than its container has, however much is asked for", async () => {
  const answer = Buffer.alloc(900_000, "x");
  const headers = { "cache-control": "s-maxage=60" };
  origin.answer = (_, response) => response.writeHead(200, { ...headers, "content-length": answer.length }).end(answer);
  for (let batch = 0; batch < 30; batch++)
    await Promise.all(Array.from({ length: 10 }, (_, index) => get(first, `${path}/${batch}-${index}`)));
  expect((await get(first, `${path}/29-9`)).cache).toBe("hit");
  expect((await get(first, `${path}/0-0`)).cache).toBe("miss");
  console.log(`Varnish takes ${Math.round(first.memory() / MEBIBYTE)} MiB when it is full of answers of 900 kB`);
  expect(first.memory()).toBeGreaterThan(100 * MEBIBYTE);
  expect(first.memory()).toBeLessThan(512 * MEBIBYTE);
});

test("a hit takes a fraction of what a miss does, and the exporter tells of both", async () => {
  origin.answer = async (_, response) => {
    await sleep(20);
    response.writeHead(200, { "cache-control": "s-maxage=60" }).end("x".repeat(2_000));
  };
  const time = async (count: number, target: (index: number) => string) => {
    const times: number[] = [];
    for (let index = 0; index < count; index++) {
      const begun = performance.now();
      await get(first, target(index));
      times.push(performance.now() - begun);
    }
    return times.sort((a, b) => a - b)[Math.floor(count / 2)] ?? Number.NaN;
  };
  const miss = await time(50, (index) => `${path}/${index}`);
  const hit = await time(500, (index) => `${path}/${index % 50}`);
  console.log(`median of a miss ${miss.toFixed(2)} ms, of a hit ${hit.toFixed(2)} ms`);
  expect(hit).toBeLessThan(miss / 2);
  const metrics = await (await fetch(await first.exporter(await freePort()))).text();
  const value = (name: string) => Number(new RegExp(`^${name} (\\S+)$`, "m").exec(metrics)?.[1]);
  expect(value("varnish_main_cache_hit")).toBeGreaterThan(500);
  expect(value("varnish_main_cache_miss")).toBeGreaterThan(50);
});
