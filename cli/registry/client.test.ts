import { afterEach, expect, test } from "vitest";
import { RegistryClient, RegistryError, type RegistryOptions } from "./client.ts";
import {
  type Answer,
  digestOf,
  type FakeRegistry,
  fakeRegistry,
  INDEX,
  MANIFEST,
  send,
} from "./testing/fake-registry.ts";

const REDIS = { registry: "docker.io", repository: "library/redis", tag: "8.2.1" };
const BODY = JSON.stringify({ schemaVersion: 2, mediaType: INDEX, manifests: [] });
let registry: FakeRegistry | undefined;
afterEach(async () => {
  await registry?.close();
  registry = undefined;
});

async function clientOf(answer: Answer, options: Partial<RegistryOptions> = {}) {
  registry = await fakeRegistry(answer);
  const mirrors = new Map([["docker.io", registry.url]]);
  const { signal } = new AbortController();
  const client = new RegistryClient({ mirrors, credentials: async () => undefined, signal, ...options });
  return { client, asked: registry.asked, url: registry.url };
}

test("a digest is that of the bytes, and the type is the registry's", async () => {
  const { client, asked } = await clientOf((_, response) =>
    send(response, BODY, { "content-type": `${INDEX}; charset=utf-8` }),
  );
  expect(await client.resolve(REDIS)).toEqual({ digest: digestOf(BODY), mediaType: INDEX });
  expect(asked.map(({ what }) => what)).toEqual(["GET /v2/library/redis/manifests/8.2.1"]);
});

test("what a tag means now is asked for without its content, where the registry says it so", async () => {
  const { client, asked } = await clientOf((_, response) => send(response, BODY));
  expect(await client.digestOf(REDIS)).toBe(digestOf(BODY));
  expect(asked.map(({ what }) => what.slice(0, 5))).toEqual(["HEAD "]);
});

test("a registry that does not say it is asked for the content", async () => {
  const { client } = await clientOf((_, response) => response.writeHead(200, { "content-type": MANIFEST }).end(BODY));
  expect(await client.digestOf(REDIS)).toBe(digestOf(BODY));
});

test.each<[string, Answer, RegExp]>([
  [
    "another digest than that of what it sends",
    (_, to) => send(to, BODY, { "docker-content-digest": digestOf("else") }),
    /not what it says$/,
  ],
  ["a page", (_, to) => send(to, "<html>", { "content-type": "text/html" }), /text\/html, which is no manifest$/],
  [
    "a manifest of Docker's first schema",
    (_, to) => send(to, BODY, { "content-type": "application/vnd.docker.distribution.manifest.v1+json" }),
    /no manifest$/,
  ],
  ["too much", (_, to) => send(to, " ".repeat(4 * 2 ** 20 + 1)), /more than 4 MiB/],
  [
    "half of it",
    (_, to) => {
      to.writeHead(200, { "content-type": MANIFEST, "content-length": "100" });
      to.write("{");
      to.destroy();
    },
    /cannot be reached/,
  ],
  ["nothing", (_, to) => to.writeHead(404).end(), /^docker\.io has no such image$/],
  ["a refusal", (_, to) => to.writeHead(403).end(), /does not let who asks read/],
  ["patience", (_, to) => to.writeHead(429).end(), /asked too often/],
  ["an error", (_, to) => to.writeHead(500).end(), /status 500$/],
  [
    "a wish for a password that nobody has",
    (_, to) => to.writeHead(401, { "www-authenticate": "Basic realm=r" }).end(),
    /wants to know who asks/,
  ],
  ["a wish that is not understood", (_, to) => to.writeHead(401).end(), /wants to know who asks/],
  [
    "a way to a token in clear",
    (_, to) => to.writeHead(401, { "www-authenticate": 'Bearer realm="http://auth.example.com/"' }).end(),
    /in clear, at http:\/\/auth\.example\.com$/,
  ],
])("a registry that answers with %s is refused", async (_, answer, message) => {
  const { client } = await clientOf(answer);
  const error = await client.resolve(REDIS).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RegistryError);
  expect((error as Error).message).toMatch(message);
});

test("one that is not there is named, with why", async () => {
  const { client } = await clientOf(() => {});
  await registry?.close();
  await expect(client.resolve(REDIS)).rejects.toThrow(
    /docker\.io cannot be reached at http:\/\/127\.0\.0\.1:\d+: ECONNREFUSED/,
  );
});

/** Wants a token, which it gives to one person for one repository. */
function guarded(user: string | undefined): Answer {
  return (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "", "http://registry");
    const { authorization, host } = request.headers;
    if (pathname === "/token") {
      const known =
        authorization === (user === undefined ? undefined : `Basic ${Buffer.from(user).toString("base64")}`);
      const asked = [searchParams.get("service"), searchParams.get("scope")].join(" ");
      response.writeHead(known ? 200 : 401).end(JSON.stringify({ token: `for ${asked}` }));
    } else if (authorization === "Bearer for r repository:library/redis:pull") send(response, BODY);
    else response.writeHead(401, { "www-authenticate": `Bearer realm="http://${host}/token",service="r"` }).end();
  };
}

test("a token is got for the one repository, once, by nobody in particular", async () => {
  const { client, asked } = await clientOf(guarded(undefined));
  await client.resolve(REDIS);
  await client.digestOf(REDIS);
  expect(asked.map(({ what }) => what.replace(/\?.*/, ""))).toEqual([
    "GET /v2/library/redis/manifests/8.2.1",
    "GET /token",
    "GET /v2/library/redis/manifests/8.2.1",
    "HEAD /v2/library/redis/manifests/8.2.1",
  ]);
});

test("a token is got by who has logged in, who is told to no one else", async () => {
  const { client, asked, url } = await clientOf(guarded("me:word"), {
    credentials: async (host) => (host === url.host ? { user: "me", password: "word" } : undefined),
  });
  expect((await client.resolve(REDIS)).digest).toBe(digestOf(BODY));
  expect(
    asked.filter(({ authorization }) => authorization?.startsWith("Basic")).map(({ what }) => what.slice(0, 10)),
  ).toEqual(["GET /token"]);
});

test("a token that is refused is an error that does not repeat who asked", async () => {
  const { client } = await clientOf(guarded("me:word"), {
    credentials: async () => ({ user: "me", password: "hunter2" }),
  });
  const error = (await client.resolve(REDIS).catch((thrown: unknown) => thrown)) as Error;
  expect(error.message).toMatch(/for a token, which gave none \(status 401\)$/);
  expect(`${error.stack}`).not.toContain("hunter2");
});

test("whoever stops it hears that, and nothing of registries", async () => {
  const stop = new AbortController();
  const reason = new Error("stopped");
  const { client } = await clientOf(() => stop.abort(reason), { signal: stop.signal });
  await expect(client.resolve(REDIS)).rejects.toBe(reason);
});
