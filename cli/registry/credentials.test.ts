import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { Failure } from "../failure.ts";
import { dockerCredentials } from "./credentials.ts";

const dir = mkdtempSync(join(tmpdir(), "plumbline-docker-"));
afterAll(() => rmSync(dir, { recursive: true }));

/** What is found with a config, and a helper that knows the one host. */
function found(config: unknown, host: string) {
  writeFileSync(join(dir, "config.json"), JSON.stringify(config));
  const helper = join(dir, "docker-credential-known");
  writeFileSync(
    helper,
    '#!/bin/sh\nread -r server\n[ "$1 $server" = "get known.example.com" ] && echo \'{"Username":"me","Secret":"from the helper"}\' || exit 1\n',
  );
  chmodSync(helper, 0o755);
  return dockerCredentials({ DOCKER_CONFIG: dir, PATH: `${dir}:${process.env.PATH}` })(host);
}

const auth = Buffer.from("me:pass:word").toString("base64");

test.each([
  [{ auths: { "a.example.com": { auth } } }, "a.example.com", { user: "me", password: "pass:word" }],
  [{ auths: { "https://a.example.com": { auth } } }, "a.example.com", { user: "me", password: "pass:word" }],
  [
    { auths: { "https://index.docker.io/v1/": { auth } } },
    "registry-1.docker.io",
    { user: "me", password: "pass:word" },
  ],
  [
    { auths: { "a.example.com": { username: "me", password: "word" } } },
    "a.example.com",
    { user: "me", password: "word" },
  ],
  [{ auths: { "a.example.com": { auth } } }, "b.example.com", undefined],
  [{ auths: { "a.example.com": {} } }, "a.example.com", undefined],
  [{ credHelpers: { "known.example.com": "known" } }, "known.example.com", { user: "me", password: "from the helper" }],
  [{ credsStore: "known" }, "known.example.com", { user: "me", password: "from the helper" }],
  [{ credsStore: "known" }, "unknown.example.com", undefined],
  [{ credsStore: "nowhere" }, "known.example.com", undefined],
])("%j for %s", async (config, host, credentials) => {
  expect(await found(config, host)).toEqual(credentials);
});

test("without a config nobody in particular asks; one that is no JSON is refused", async () => {
  expect(await dockerCredentials({ HOME: join(dir, "nobody") })("a.example.com")).toBeUndefined();
  mkdirSync(join(dir, ".docker"), { recursive: true });
  writeFileSync(join(dir, ".docker", "config.json"), "{");
  expect(() => dockerCredentials({ HOME: dir })).toThrow(/config\.json cannot be read/);
});

test("a helper that gives no JSON is named, and nothing of what it gave is told", async () => {
  writeFileSync(join(dir, "config.json"), JSON.stringify({ credsStore: "talking" }));
  writeFileSync(join(dir, "docker-credential-talking"), "#!/bin/sh\ncat >/dev/null\necho hunter2\n");
  chmodSync(join(dir, "docker-credential-talking"), 0o755);
  const asked = dockerCredentials({ DOCKER_CONFIG: dir, PATH: `${dir}:${process.env.PATH}` })("a.example.com");
  const error = (await asked.catch((thrown: unknown) => thrown)) as Failure;
  expect(error).toBeInstanceOf(Failure);
  expect(error.message).toMatch(
    /^docker-credential-talking gave something that is no JSON when asked for a\.example\.com/,
  );
  expect(`${error.stack} ${error.fix} ${error.cause}`).not.toContain("hunter");
});
