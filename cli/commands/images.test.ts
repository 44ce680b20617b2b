import { copyFileSync, existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { scratch } from "../../rehearsal/toolchain/testing/scratch.ts";
import { loadEnvironment } from "../../stacks/environment.ts";
import { imagesOf, lockFile } from "../../stacks/images.ts";
import { type Answer, digestOf, type FakeRegistry, fakeRegistry, send } from "../registry/testing/fake-registry.ts";
import { imagesCommands } from "./images.ts";
import { runHere } from "./testing/run-here.ts";

vi.setConfig({ testTimeout: 60_000 });

const STACKS = join(import.meta.dirname, "../../stacks");
const REDIS = "docker.io/library/redis:8.2.1";
const images = imagesOf(loadEnvironment("production"));
let dir: string;
let registry: FakeRegistry;
/** What the registry answers; a manifest of the repository's and tag's own by default. */
let answer: Answer;

beforeEach(async () => {
  dir = await scratch();
  for (const name of ["production", "local"]) copyFileSync(join(STACKS, `${name}.yaml`), join(dir, `${name}.yaml`));
  vi.stubEnv("PLUMBLINE_CACHE", await scratch());
  vi.stubEnv("DOCKER_CONFIG", dir);
  answer = (request, response) => send(response, manifestAt(request.url ?? ""));
  registry = await fakeRegistry((request, response) => answer(request, response));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await registry.close();
});

const manifestAt = (url: string) => JSON.stringify({ schemaVersion: 2, of: url });
const redisAt = "/v2/docker.io/library/redis/manifests/8.2.1";

function asking() {
  const names = new Set(images.map((name) => name.split("/")[0] ?? ""));
  return { registryMirror: new Map([...names].map((name) => [name, new URL(`/${name}`, registry.url)])) };
}
async function run(
  what: "lock" | "check",
  named: readonly string[] = [],
  how: { renew?: boolean; offline?: boolean } = {},
) {
  const options = { ...asking(), renew: false, offline: false, ...how };
  const { code, stdout } = await runHere(`images ${what}`, "", (context) =>
    imagesCommands[what](context, named, options, dir),
  );
  return { code, document: JSON.parse(stdout) };
}
const locked = () => JSON.parse(readFileSync(lockFile(dir), "utf8")).images;

it("locks every image of the environments that are no rehearsals, and then finds nothing to do", async () => {
  const first = await run("lock");
  expect(first).toMatchObject({ code: 0, document: { added: images, changed: [], removed: [] } });
  expect(Object.keys(locked())).toEqual(images);
  expect(locked()[REDIS].digest).toBe(digestOf(manifestAt(redisAt)));
  const written = readFileSync(lockFile(dir), "utf8");
  registry.asked.length = 0;
  expect((await run("lock", ["production"])).document).toMatchObject({ exitCode: 0, added: [] });
  expect(registry.asked).toEqual([]);
  expect(readFileSync(lockFile(dir), "utf8")).toBe(written);
  expect(await run("check")).toMatchObject({ code: 0, document: { unlocked: [], moved: [], unused: [] } });
});

it("says that a tag has moved, keeps what is locked, and takes the new one when that is asked for", async () => {
  await run("lock");
  const before = locked();
  answer = (request, response) => send(response, manifestAt(request.url ?? "") + (request.url === redisAt ? " " : ""));
  const now = digestOf(`${manifestAt(redisAt)} `);
  const checked = await run("check");
  expect(checked).toMatchObject({
    code: 1,
    document: { moved: [{ image: REDIS, locked: before[REDIS].digest, now }] },
  });
  await run("lock");
  expect(locked()).toEqual(before);
  expect((await run("lock", [], { renew: true })).document.changed).toEqual([REDIS]);
  const { [REDIS]: redis, ...others } = locked();
  expect(redis.digest).toBe(now);
  expect(others).toEqual(Object.fromEntries(Object.entries(before).filter(([name]) => name !== REDIS)));
});

it("says what is not locked, what nobody asks for and what is mended no more, without a registry if it is to", async () => {
  const entry = { digest: digestOf(""), mediaType: "m", locked: "2026-08-01T00:00:00.000Z" };
  writeFileSync(lockFile(dir), JSON.stringify({ version: 1, images: { [REDIS]: entry, "a.io/b:1": entry } }));
  const { code, document } = await run("check", [], { offline: true });
  expect(code).toBe(1);
  expect(document.unlocked).toEqual(images.filter((name) => name !== REDIS));
  expect(document.unused).toEqual(["a.io/b:1"]);
  expect(document.ended.map(({ image }: { image: string }) => image)).toContain("quay.io/prometheus/prometheus:v3.6.0");
  expect(registry.asked).toEqual([]);
  expect((await run("lock")).document.removed).toEqual(["a.io/b:1"]);
});

it.each<[string, Answer, RegExp]>([
  ["lies", (_, response) => send(response, "{}", { "docker-content-digest": digestOf("else") }), /not what it says/],
  ["refuses", (_, response) => response.writeHead(403).end(), /does not let who asks read/],
  ["is cut off", (_, response) => response.destroy(), /cannot be reached/],
])("a registry that %s changes nothing, and each image is named with why", async (_, wrong, message) => {
  await run("lock");
  const before = readFileSync(lockFile(dir), "utf8");
  const right = answer;
  answer = (request, response) => (request.url === redisAt ? wrong : right)(request, response);
  const { code, document } = await run("lock", [], { renew: true });
  expect(code).toBe(1);
  expect(document.error.message).toMatch(message);
  expect(document.error.message).toContain(`  ${REDIS}: docker.io `);
  expect(document.error.message).toMatch(/Of 1 image .*Nothing was written\.$/s);
  expect(document.error.fix).toContain("--registry-mirror");
  expect(readFileSync(lockFile(dir), "utf8")).toBe(before);
  expect(readdirSync(dir).sort()).toEqual(["images.lock.json", "local.yaml", "production.yaml"]);
});

it("an interrupt while registries are asked leaves no lock", async () => {
  answer = () => process.emit("SIGINT");
  const { code } = await run("lock");
  expect(code).toBe(130);
  expect(existsSync(lockFile(dir))).toBe(false);
});

it.each([
  [["local"], /local is a rehearsal.*Allowed: production\./],
  [["producton"], /did you mean production/],
])("%j is refused before a registry is asked", async (named, message) => {
  const { code, document } = await run("lock", named);
  expect(code).toBe(2);
  expect(document.error.message).toMatch(message);
  expect(registry.asked).toEqual([]);
});

it("a lock that is no lock is refused by both", async () => {
  writeFileSync(lockFile(dir), "<<<<<<<");
  expect((await run("lock")).code).toBe(2);
  expect((await run("check")).document.error.message).toMatch(/images\.lock\.json cannot be used/);
});
