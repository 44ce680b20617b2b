import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { scratch } from "../../toolchain/testing/scratch.ts";
import type { ImageDescription } from "../description.ts";
import { type Entry, textFile } from "./entry.ts";
import { writeLayer, writeLayout } from "./layout.ts";

const description: ImageDescription = { reference: "example.com/thing:1", about: "thing", layers: [] };
const ingredients = [{ name: "thing", version: "1" }];

async function write(dir: string, ...contents: readonly Entry[][]): Promise<string> {
  const layers = [];
  for (const [i, entries] of contents.entries())
    layers.push(await writeLayer(entries, join(dir, `layer-${i}`), undefined));
  return writeLayout(description, { path: join(dir, "image.tar"), layers, ingredients, architecture: "arm64" });
}

it("is a tar archive in which every blob lies under its digest, and nothing else is left on disk", async () => {
  const dir = await scratch();
  const digest = await write(dir, [textFile("a", "1")], [textFile("b", "2")]);
  expect(await readdir(dir)).toEqual(["image.tar"]);
  execFileSync("tar", ["-xf", "image.tar"], { cwd: dir });
  expect(JSON.parse(await readFile(join(dir, "oci-layout"), "utf8"))).toEqual({ imageLayoutVersion: "1.0.0" });
  const blobs = await readdir(join(dir, "blobs/sha256"));
  expect(blobs).toHaveLength(4);
  for (const name of blobs)
    expect(
      createHash("sha256")
        .update(await readFile(join(dir, "blobs/sha256", name)))
        .digest("hex"),
    ).toBe(name);
  const index = JSON.parse(await readFile(join(dir, "index.json"), "utf8"));
  expect(index.manifests[0].digest).toBe(digest);
  expect(index.manifests[0].platform).toEqual({ architecture: "arm64", os: "linux" });
});

it("is the same, byte for byte, when it is written again from the same entries in another order", async () => {
  const entries = ["etc/a", "usr/b", "usr/c/d"].map((path) => textFile(path, path));
  const [one, two] = [await scratch(), await scratch()];
  expect(await write(one, entries)).toBe(await write(two, entries.toReversed()));
  expect(await readFile(join(one, "image.tar"))).toEqual(await readFile(join(two, "image.tar")));
});

it("holds a layer once that is there twice", async () => {
  const dir = await scratch();
  await write(dir, [textFile("a", "1")], [textFile("a", "1")]);
  const listing = execFileSync("tar", ["-tf", "image.tar"], { cwd: dir, encoding: "utf8" });
  expect(listing.match(/sha256\/[0-9a-f]{64}$/gm)).toHaveLength(3);
});

it("ends when it is told to", async () => {
  const dir = await scratch();
  await expect(writeLayer([textFile("a", "1")], join(dir, "layer"), AbortSignal.abort())).rejects.toThrow("aborted");
});
