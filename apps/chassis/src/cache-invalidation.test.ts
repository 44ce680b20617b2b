import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it } from "vitest";
import { CacheInvalidation, readCacheSettings } from "./cache-invalidation.ts";
import { Settings } from "./settings.ts";

const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A replica that answers so, on an address of its own. */
async function replica(
  address: string,
  port: number,
  answer: (request: IncomingMessage, response: ServerResponse) => void = (_, response) =>
    response.writeHead(200, { "x-purged": "2" }).end(),
): Promise<{ port: number; asked: IncomingMessage[] }> {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    answer(request, response);
  });
  servers.push(server);
  server.listen(port, address);
  await once(server, "listening");
  return { port: (server.address() as AddressInfo).port, asked };
}

function invalidation(port: number, addresses: readonly string[], deadline = 2_000) {
  const settings = { host: "cache-pods", port, token: { read: () => "of-the-cache" } };
  return new CacheInvalidation(settings, { deadline, resolve: async () => addresses });
}

it("has every replica forget, by tag and path, and says how much each had", async () => {
  const one = await replica("127.0.0.1", 0);
  const two = await replica("127.0.0.2", one.port);
  const report = await invalidation(one.port, ["127.0.0.1", "127.0.0.2"]).forget({
    tags: ["product:1", "product:1"],
    paths: ["/catalog/a,b"],
  });
  expect(report).toMatchObject({ complete: true, missed: [] });
  expect(report.reached.map(({ answers }) => answers)).toEqual([2, 2]);
  for (const { asked } of [one, two])
    expect(asked.map(({ method, headers }) => [method, headers.authorization, headers["surrogate-key"]])).toEqual([
      ["PURGE", "Bearer of-the-cache", "product:1 /catalog/a%2Cb"],
    ]);
});

it("asks nobody where there is nothing to forget", async () => {
  const report = await invalidation(1, ["127.0.0.1"]).forget({ tags: [] });
  expect(report).toEqual({ complete: true, reached: [], missed: [] });
});

it("tries again while there is time, and says who was not reached when it is over", async () => {
  let refused = 0;
  const flaky = await replica("127.0.0.1", 0, (request, response) => {
    if (refused++ === 0) request.socket.destroy();
    else response.writeHead(200, { "x-purged": "1" }).end();
  });
  await replica("127.0.0.2", flaky.port, () => {});
  const begun = performance.now();
  const report = await invalidation(flaky.port, ["127.0.0.1", "127.0.0.2", "127.0.0.3"], 600).forget({ tags: ["a"] });
  expect(performance.now() - begun).toBeLessThan(5_000);
  expect(report.complete).toBe(false);
  expect(report.reached).toEqual([{ address: "127.0.0.1", answers: 1 }]);
  expect(Object.fromEntries(report.missed.map(({ address, why }) => [address, why]))).toEqual({
    "127.0.0.2": "no answer in time",
    "127.0.0.3": expect.stringContaining("ECONNREFUSED"),
  });
});

it("does not insist where it is refused", async () => {
  const closed = await replica("127.0.0.1", 0, (_, response) => response.writeHead(401).end());
  const report = await invalidation(closed.port, ["127.0.0.1"]).forget({ tags: ["a"] });
  expect(report.missed).toEqual([{ address: "127.0.0.1", why: "it answered with 401" }]);
  expect(closed.asked).toHaveLength(1);
});

it("is not complete where nobody was found", async () => {
  const settings = { host: "cache-pods", port: 1, token: { read: () => "" } };
  const unknown = new CacheInvalidation(settings, { resolve: () => Promise.reject(new Error("ENOTFOUND")) });
  expect(await unknown.forget({ tags: ["a"] })).toEqual({
    complete: false,
    reached: [],
    missed: [{ address: "cache-pods", why: "ENOTFOUND" }],
  });
  const silent = new CacheInvalidation(settings, { deadline: 50, resolve: () => new Promise(() => {}) });
  expect((await silent.forget({ tags: ["a"] })).missed).toEqual([{ address: "cache-pods", why: "no answer in time" }]);
  expect((await invalidation(1, []).forget({ tags: ["a"] })).complete).toBe(false);
});

it.each([
  { tags: ["a b"] },
  { tags: ["/a"] },
  { tags: [""] },
  { tags: ["x".repeat(129)] },
  { paths: ["catalog"] },
  { paths: ["/a?b=1"] },
  { paths: ["/a b"] },
  { paths: ["/a\nX: y"] },
])("refuses %j, which is no tag or no path", async (what) => {
  await expect(invalidation(1, ["127.0.0.1"]).forget(what)).rejects.toThrow(TypeError);
});

it("reads what the relation gives", () => {
  const environment = { CATALOG_CACHE_HOST: "catalog-cache-pods.shop.svc", CATALOG_CACHE_PORT: "8081" };
  const settings = new Settings({ ...environment, CATALOG_CACHE_TOKEN_FILE: import.meta.filename });
  expect(readCacheSettings(settings, "catalog-cache")).toMatchObject({
    host: environment.CATALOG_CACHE_HOST,
    port: 8081,
  });
  expect(() => settings.refuseProblems()).not.toThrow();
});
