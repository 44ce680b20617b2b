import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { ImageDescription } from "../description.ts";
import type { Ingredient } from "../sources/source.ts";
import { type Entry, textFile } from "./entry.ts";
import { planLayer } from "./layer-plan.ts";
import { type Blob, type Document, imageDocuments } from "./manifest.ts";
import { tarOf } from "./tar.ts";

/** A layer that is written: a blob, and where it lies. */
export interface Layer extends Blob {
  readonly file: string;
}

/** Writes the archive of one layer, and gives its digest: the diff id too, as layers are not compressed. */
export async function writeLayer(
  entries: readonly Entry[],
  file: string,
  signal: AbortSignal | undefined,
): Promise<Layer> {
  const { digest, size } = await writeTar(planLayer(entries), file, signal);
  return { digest, size, file };
}

export interface LayoutOptions {
  /** Written whole; take it away if this rejects. */
  readonly path: string;
  readonly layers: readonly Layer[];
  readonly ingredients: readonly Ingredient[];
  readonly architecture: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Writes an image as an OCI layout in one tar archive, which `ctr images import` takes, and removes the files of its
 * layers. Gives the digest of the image's manifest. Layout: https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md
 */
export async function writeLayout(
  description: ImageDescription,
  { path, layers, ingredients, architecture, signal }: LayoutOptions,
): Promise<string> {
  const { config, manifest, index } = imageDocuments(description, { layers, ingredients, architecture });
  const blobs = new Map<string, Entry>();
  for (const { digest, size, file } of layers)
    blobs.set(digest, { type: "file", path: blobPath(digest), mode: 0o644, size, content: { file } });
  for (const document of [config, manifest]) blobs.set(document.digest, blobFile(document));
  const layout = textFile("oci-layout", JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  const entries = planLayer([layout, textFile("index.json", index.text), ...blobs.values()]);
  await writeTar(entries, path, signal);
  for (const { file } of layers) await rm(file, { force: true });
  return manifest.digest;
}

function blobFile({ digest, text }: Document): Entry {
  return textFile(blobPath(digest), text);
}

function blobPath(digest: string): string {
  return join("blobs", ...digest.split(":"));
}

async function writeTar(entries: readonly Entry[], file: string, signal: AbortSignal | undefined): Promise<Blob> {
  const hash = createHash("sha256");
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      hash.update(chunk);
      size += chunk.length;
      done(null, chunk);
    },
  });
  await pipeline(tarOf(entries), measure, createWriteStream(file), signal ? { signal } : {});
  return { digest: `sha256:${hash.digest("hex")}`, size };
}
