import { afterEach, expect, test } from "vitest";
import { RegistryClient, type RegistryOptions } from "./client.ts";
import { RegistryError } from "./error.ts";
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

test.each(["latest", "sha256:abc", digestOf("").toUpperCase(), `sha512:${"0".repeat(128)}`])(
  "a registry that says %s, which is no digest to go by, is asked for the content",
  async (said) => {
    const { client } = await clientOf(({ method }, response) =>
      send(response, BODY, { "docker-content-digest": method === "HEAD" ? said : digestOf(BODY) }),
    );
    expect(await client.digestOf(REDIS)).toBe(digestOf(BODY));
  },
);

test("an image of what can be no registry is refused, by its registry's name", async () => {
  const { client, asked } = await clientOf((_, response) => send(response, BODY));
  const error = await client.resolve({ registry: "a:b", repository: "c", tag: "t" }).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RegistryError);
  expect((error as Error).message).toMatch(/^a:b is no address of a registry/);
  expect(asked).toEqual([]);
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

test("a name and password go over https or to this machine, never in clear to another", async () => {
  const answer: Answer = ({ headers }, response) =>
    headers.authorization
      ? send(response, BODY)
      : response.writeHead(401, { "www-authenticate": "Basic realm=r" }).end();
  const credentials = async () => ({ user: "me", password: "hunter2" });
  const { client, asked, url } = await clientOf(answer, { credentials });
  await client.resolve(REDIS);
  expect(asked.at(-1)?.authorization).toBe(`Basic ${Buffer.from("me:hunter2").toString("base64")}`);
  asked.length = 0;
  // The same server, by an address that nothing says to be this machine's.
  const mirrors = new Map([["docker.io", new URL(`http://0.0.0.0:${url.port}`)]]);
  const other = new RegistryClient({ mirrors, credentials, signal: new AbortController().signal });
  const error = (await other.resolve(REDIS).catch((thrown: unknown) => thrown)) as Error;
  expect(error).toBeInstanceOf(RegistryError);
  expect(error.message).toMatch(/wants a name and password in clear, at http:\/\/0\.0\.0\.0:\d+/);
  expect(asked.map(({ authorization }) => authorization)).toEqual([undefined]);
});

test("a token of who has logged in goes over https or to this machine, never in clear to another; that of nobody does", async () => {
  const ask = async (user: string | undefined) => {
    const answer: Answer = (request, response) => {
      // Tokens are asked for of this machine in any case.
      request.headers.host = `127.0.0.1:${request.socket.localPort}`;
      guarded(user)(request, response);
    };
    const { asked, url } = await clientOf(answer);
    const client = new RegistryClient({
      // The same server, by an address that nothing says to be this machine's.
      mirrors: new Map([["docker.io", new URL(`http://0.0.0.0:${url.port}`)]]),
      credentials: async () => (user === undefined ? undefined : { user: "me", password: "word" }),
      signal: new AbortController().signal,
    });
    return { said: await client.resolve(REDIS).catch((thrown: unknown) => thrown), asked };
  };
  const known = await ask("me:word");
  expect(known.said).toBeInstanceOf(RegistryError);
  const message = /wants a token in clear, at http:\/\/0\.0\.0\.0:\d+: .* over https alone$/;
  expect((known.said as Error).message).toMatch(message);
  expect(known.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  await registry?.close();
  expect((await ask(undefined)).said).toMatchObject({ digest: digestOf(BODY) });
});

test.each([
  ["more than any token", `{"token":"${"t".repeat(4 * 2 ** 20)}"}`, /sent more than 4 MiB, which no token has$/],
  ["null", "null", /for a token, which gave none \(status 200\)$/],
])("an answer of %s where a token is asked for is refused", async (_, body, message) => {
  const { client } = await clientOf((request, response) => {
    if (request.url?.startsWith("/token")) return void response.writeHead(200).end(body);
    const realm = `Bearer realm="http://${request.headers.host}/token"`;
    if (request.headers.authorization) send(response, BODY);
    else response.writeHead(401, { "www-authenticate": realm }).end();
  });
  const error = await client.resolve(REDIS).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(RegistryError);
  expect((error as Error).message).toMatch(message);
});

test("whoever stops it hears that, and nothing of registries", async () => {
  const stop = new AbortController();
  const reason = new Error("stopped");
  const { client } = await clientOf(() => stop.abort(reason), { signal: stop.signal });
  await expect(client.resolve(REDIS)).rejects.toBe(reason);
});
