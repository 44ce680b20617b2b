import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, test, vi } from "vitest";
import type { ImageLock } from "../components/images/index.ts";
import { record } from "../components/testing/record.ts";
import { environmentNames, loadEnvironment } from "./environment.ts";
import { imagesOf, lockFile, lockText, readImageLock } from "./images.ts";

const dir = mkdtempSync(join(tmpdir(), "plumbline-lock-"));
afterAll(() => rmSync(dir, { recursive: true }));
afterEach(() => {
  vi.doUnmock("./images.ts");
  vi.resetModules();
});

const IMAGE_FIELD = /^ +(?:- )?image(?:Name)?: (\S+)$/gm;
const locked = { digest: `sha256:${"ab".repeat(32)}`, mediaType: "application/vnd.oci.image.index.v1+json" };
const lockOf = (images: readonly string[]): ImageLock =>
  Object.fromEntries(images.map((name) => [name, { ...locked, locked: "2026-08-01T12:00:00.000Z" }]));

/** Names of images in everything that a program asks for. */
function imagesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(imagesIn);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, entry]) =>
    typeof entry === "string" && /^image(Name)?$/.test(key) ? [entry] : imagesIn(entry),
  );
}

test.each(environmentNames())("the pods of %s ask for no image that is not known beforehand", (name) => {
  const golden = readFileSync(join(import.meta.dirname, `../test/golden/${name}.yaml`), "utf8");
  const asked = [...new Set([...golden.matchAll(IMAGE_FIELD)].map(([, image = ""]) => image))];
  expect(asked.length).toBeGreaterThan(5);
  const known = imagesOf(loadEnvironment(name));
  expect(asked.filter((image) => !known.includes(image))).toEqual([]);
});

test("a version of PostgreSQL that an environment names is among its images", () => {
  const environment = loadEnvironment("production");
  const { postgres } = environment.stores;
  if (postgres.backend !== "inCluster") throw new Error("it runs in the cluster");
  const stores = { ...environment.stores, postgres: { ...postgres, version: "16.9" } };
  const images = imagesOf({ ...environment, stores });
  expect(images).toContain("ghcr.io/cloudnative-pg/postgresql:16.9");
  expect(images).toContain("ghcr.io/cloudnative-pg/postgresql:17.5");
});

test.each([
  ["production", true],
  ["local", false],
] as const)(
  "with a lock, the pods of %s run what is locked: %s",
  async (name, byDigest) => {
    const images = imagesOf(loadEnvironment(name));
    vi.resetModules();
    vi.doMock("./images.ts", async (load) => ({
      ...(await load<typeof import("./images.ts")>()),
      readImageLock: () => lockOf(images),
    }));
    const { resources } = await record(name, () => import("./index.ts"));
    const asked = [...new Set(resources.flatMap(({ inputs }) => imagesIn(inputs)))];
    expect(asked.length).toBeGreaterThan(5);
    expect(asked.filter((image) => image.endsWith(`@${locked.digest}`) !== byDigest)).toEqual([]);
  },
  60_000,
);

test("a lock is read as it was written, sorted by name; without the file there is none", () => {
  expect(readImageLock(dir)).toBeUndefined();
  writeFileSync(lockFile(dir), lockText(lockOf(["b:1", "a:1"])));
  expect(readImageLock(dir)).toEqual(lockOf(["a:1", "b:1"]));
  expect(readFileSync(lockFile(dir), "utf8").indexOf('"a:1"')).toBeLessThan(
    readFileSync(lockFile(dir), "utf8").indexOf('"b:1"'),
  );
});

test.each([
  ["<<<<<<< HEAD", "the file"],
  ['{"version":2,"images":{}}', "version"],
  ['{"version":1,"images":{"a:1":{"digest":"sha256:12","mediaType":"m","locked":"2026-08-01T12:00:00Z"}}}', "digest"],
  ['{"version":1,"images":{"a:1":{"digest":7,"mediaType":"m","locked":"yesterday"}}}', "locked"],
])("a lock file %s is refused, by its field %s", (text, field) => {
  writeFileSync(lockFile(dir), text);
  expect(() => readImageLock(dir)).toThrow(new RegExp(`images\\.lock\\.json cannot be used:[^]*${field}`));
});
