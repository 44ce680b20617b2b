import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { IMAGES, imageFor } from "./index.ts";
import { productName } from "./prepare.ts";

it("has one image for a name, and one place in the cache for each", () => {
  expect(new Set(IMAGES.map(({ reference }) => reference)).size).toBe(IMAGES.length);
  expect(new Set(IMAGES.map(({ reference }) => productName(reference))).size).toBe(IMAGES.length);
  for (const image of IMAGES) expect(imageFor(image.reference)).toBe(image);
  expect(imageFor("docker.io/library/redis:0")).toBeUndefined();
});

it("has every image that the pods of the local environment ask for", async () => {
  const golden = await readFile(join(import.meta.dirname, "..", "..", "test", "golden", "local.yaml"), "utf8");
  const asked = new Set([...golden.matchAll(/^ +image: (\S+)$/gm)].map(([, name = ""]) => name));
  expect(asked.size).toBeGreaterThan(5);
  expect([...asked].filter((name) => imageFor(name) === undefined)).toEqual([]);
});

it("says of every stand-in what it stands for and how it differs", () => {
  for (const { reference, standIn } of IMAGES)
    expect(standIn ? standIn.differs.length : 20, reference).toBeGreaterThanOrEqual(20);
});

it("names a product after the image, without tag or port", () => {
  expect(productName("docker.io/library/redis:8.2.1")).toBe("image-docker.io-library-redis");
  expect(productName("localhost:5000/redis:8")).toBe("image-localhost-5000-redis");
  expect(productName("localhost:5000/redis")).toBe("image-localhost-5000-redis");
});
