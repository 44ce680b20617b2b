import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type ImageDescription, imageFor, prepareImage } from "../../rehearsal/images/index.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";

/** Why no program of an image can be run here without a container; undefined if one can. */
export const whyNotUnpacked =
  process.platform !== "linux" || process.getuid?.() !== 0 ? "it needs root on Linux" : undefined;

/** The files of an image, in a folder of this machine. */
export interface UnpackedImage {
  readonly root: string;
  /** Runs a program of it, for which the folder is all that there is. Gives what it prints; throws what it says if it fails. */
  run(...words: readonly string[]): string;
}

/** Makes an image, one of the rehearsal's by its name, and leaves its files in that folder. */
export async function unpackedImage(of: string | ImageDescription, scratch: string): Promise<UnpackedImage> {
  const image = typeof of === "string" ? imageFor(of) : of;
  if (!image) throw new Error(`there is no image ${of}`);
  const { path, digest } = await prepareImage(image, { cacheDir: cacheDirectory() });
  const [layout, root] = [join(scratch, "layout"), join(scratch, "root")];
  const blob = (of: string) => join(layout, "blobs", of.replace(":", "/"));
  unpack(path, layout);
  const { layers } = JSON.parse(readFileSync(blob(digest), "utf8")) as { layers: { digest: string }[] };
  for (const layer of layers) unpack(blob(layer.digest), root);
  rmSync(layout, { recursive: true });
  // This machine's own folder for what is in passing is not there.
  const env = { ...process.env, TMPDIR: "/tmp" };
  return { root, run: (...words) => execFileSync("chroot", [root, ...words], { encoding: "utf8", env }) };
}

function unpack(archive: string, dir: string): void {
  mkdirSync(dir, { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", dir]);
}
