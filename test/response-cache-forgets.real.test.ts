import { setTimeout as sleep } from "node:timers/promises";
import { CacheInvalidation } from "@plumbline-shop/chassis/cache-invalidation";
import { eventually } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ask, type Origin, REPLICAS, type Standing, standing } from "./support/cached.ts";
import { type CacheReplica, TOKEN } from "./support/varnish.ts";

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

function invalidation(token = TOKEN, addresses: readonly string[] = REPLICAS) {
  const settings = { host: "catalog-cache-pods.shop.svc", port: first.ports.purge, token: { read: () => token } };
  return new CacheInvalidation(settings, { resolve: async () => addresses });
}

describe("what is to be forgotten", () => {
  test("by tag, at every replica, and nothing else", async () => {
    const tagged = async (target: string, tags: string | string[]) => {
      origin.says({ "cache-control": "s-maxage=60", "surrogate-key": tags });
      for (const replica of stand.replicas) await get(replica, target);
    };
    await tagged(`${path}/a`, "product:1 shelf:7");
    await tagged(`${path}/b`, ["product:2", "shelf:7"]);
    await tagged(`${path}/c`, "product:10");
    const caches = async (target: string) =>
      Promise.all(stand.replicas.map(async (each) => (await get(each, target)).cache));
    expect((await get(first, `${path}/a`)).headers.has("surrogate-key")).toBe(false);
    expect(await invalidation().forget({ tags: ["product:1"] })).toEqual({
      complete: true,
      reached: expect.arrayContaining(REPLICAS.map((address) => ({ address, answers: 1 }))),
      missed: [],
    });
    expect(await caches(`${path}/a`)).toEqual(["miss", "miss"]);
    expect(await caches(`${path}/b`)).toEqual(["hit", "hit"]);
    expect(await caches(`${path}/c`)).toEqual(["hit", "hit"]);
    await invalidation().forget({ tags: ["shelf:7", "unknown"] });
    expect(await caches(`${path}/b`)).toEqual(["miss", "miss"]);
    expect(await caches(`${path}/c`)).toEqual(["hit", "hit"]);
  });

  test("by path, with every query and every variant", async () => {
    const odd = `${path}/a,b%20c`;
    origin.says({ "cache-control": "s-maxage=60", vary: "Accept-Language" });
    for (const replica of stand.replicas) {
      for (const language of ["de", "en"])
        await get(replica, `${odd}?page=1`, { headers: { "accept-language": language } });
      await get(replica, odd);
      await get(replica, `${odd}/below`);
    }
    const { reached } = await invalidation().forget({ paths: [odd] });
    expect(reached.map(({ answers }) => answers)).toEqual([3, 3]);
    for (const replica of stand.replicas) {
      expect((await get(replica, odd)).cache).toBe("miss");
      expect((await get(replica, `${odd}/below`)).cache).toBe("hit");
    }
  });

  test("more than a header holds, at once", async () => {
    origin.says({ "cache-control": "s-maxage=60", "surrogate-key": "product:499" });
    await get(first);
    const tags = Array.from({ length: 500 }, (_, index) => `product:${index}`).concat("x".repeat(128));
    expect(await invalidation().forget({ tags })).toMatchObject({ complete: true });
    expect((await get(first)).cache).toBe("miss");
  });

  test("what the service was asked for before, and answers after, is not kept", async () => {
    const asked = Promise.withResolvers<void>();
    const goOn = Promise.withResolvers<void>();
    origin.answer = async (_, response) => {
      asked.resolve();
      await goOn.promise;
      response.writeHead(200, { "cache-control": "s-maxage=60" }).end("of before");
    };
    const slow = get(first);
    await asked.promise;
    expect(await invalidation().forget({ paths: [path] })).toMatchObject({ complete: true });
    goOn.resolve();
    expect((await slow).body).toBe("of before");
    origin.says({ "cache-control": "s-maxage=60" });
    expect((await get(first)).body).toBe("2");
    expect((await get(first)).body).toBe("2");
  });

  test("whoever comes by the gateway's way purges nothing, even with the token", async () => {
    await get(first);
    const headers = { authorization: `Bearer ${TOKEN}`, "surrogate-key": path };
    for (const method of ["PURGE", "BAN", "REFRESH"])
      expect((await get(first, path, { method, headers })).status).toBe(405);
    expect((await get(first)).cache).toBe("hit");
    expect(lines()).toHaveLength(1);
  });

  test("without the token nothing is purged, and nothing is served where purges come in", async () => {
    await get(first);
    expect(await invalidation("guessed").forget({ paths: [path] })).toMatchObject({
      complete: false,
      missed: REPLICAS.map((address) => ({ address, why: "it answered with 401" })),
    });
    const purge = `http://${first.address}:${first.ports.purge}`;
    expect((await fetch(purge, { method: "PURGE", headers: { "surrogate-key": path } })).status).toBe(401);
    const headers = { authorization: `Bearer ${TOKEN}` };
    expect((await fetch(purge, { method: "PURGE", headers })).status).toBe(400);
    expect((await fetch(purge + path)).status).toBe(405);
    expect((await fetch(`http://${first.address}:${first.ports.admin}${path}`)).status).toBe(404);
    expect((await get(first)).cache).toBe("hit");
  });

  test("who was not reached is said", async () => {
    await get(first);
    const report = await invalidation(TOKEN, [first.address, "127.0.0.9"]).forget({ paths: [path] });
    expect(report).toMatchObject({ complete: false, reached: [{ address: first.address, answers: 1 }] });
    expect(report.missed).toEqual([{ address: "127.0.0.9", why: expect.stringContaining("ECONNREFUSED") }]);
  });
});

describe("a service that fails", () => {
  const brief = { "cache-control": "s-maxage=1" };

  test("with what it said before, when it answers with an error, but not what it never said", async () => {
    origin.says(brief);
    await get(first);
    await sleep(1_500);
    origin.says({ "cache-control": "s-maxage=60" }, 500);
    const all = await Promise.all(Array.from({ length: 20 }, () => get(first)));
    expect(new Set(all.map(({ status, body, cache }) => `${status} ${body} ${cache}`))).toEqual(
      new Set(["200 1 stale"]),
    );
    expect(await get(first, `${path}/unknown`)).toMatchObject({ status: 500, cache: "miss" });
    origin.says({ "cache-control": "s-maxage=60" });
    expect((await get(first, `${path}/unknown`)).status).toBe(200);
    expect(Number((await get(first)).body)).toBeGreaterThan(2);
  });

  test("for no longer than it was said, and not at all where it forbids it", async () => {
    const said = [
      ["s-maxage=1, stale-if-error=2", `${path}/two`],
      ["s-maxage=1, must-revalidate", `${path}/none`],
    ] as const;
    for (const [control, target] of said) {
      origin.says({ "cache-control": control });
      await get(first, target);
    }
    await sleep(1_500);
    origin.says({}, 500);
    expect(await get(first, `${path}/two`)).toMatchObject({ status: 200, cache: "stale" });
    expect((await get(first, `${path}/none`)).status).toBe(500);
    await sleep(2_000);
    expect((await get(first, `${path}/two`)).status).toBe(500);
  });

  test("what is purged is not served stale", async () => {
    origin.says(brief);
    await get(first);
    await invalidation().forget({ paths: [path] });
    origin.says({}, 500);
    expect((await get(first)).status).toBe(500);
  });

  test("nobody waits for what is only out of date, where that was said", async () => {
    origin.says(brief);
    await get(generous);
    await sleep(1_500);
    origin.answer = async (_, response) => {
      await sleep(500);
      response.writeHead(200, { "cache-control": "s-maxage=60" }).end("new");
    };
    const begun = performance.now();
    expect(await get(generous)).toMatchObject({ body: "1", cache: "stale" });
    expect(performance.now() - begun).toBeLessThan(400);
    await eventually("what was fetched", 5, async () => expect((await get(generous)).body).toBe("new"));
    expect(lines()).toHaveLength(2);
  });

  test("with what it said before, when it is gone, and with what it says when it is back", async () => {
    origin.says(brief);
    await get(first);
    await sleep(1_500);
    await origin.die();
    const all = await Promise.all(Array.from({ length: 20 }, () => get(first)));
    expect(new Set(all.map(({ status, body, cache }) => `${status} ${body} ${cache}`))).toEqual(
      new Set(["200 1 stale"]),
    );
    expect((await get(first, `${path}/unknown`)).status).toBe(503);
    await origin.start();
    const back = await eventually("the service", 10, async () => {
      const answer = await get(first);
      if (answer.body === "1") throw new Error("stale");
      return answer;
    });
    expect(back.status).toBe(200);
  });
});
