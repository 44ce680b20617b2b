import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageFor, prepareImage } from "../../rehearsal/images/index.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";

/** Why nothing can be run out of an image here; undefined if it can. */
export const whyNoImages =
  process.platform !== "linux" || process.getuid?.() !== 0 ? "it needs root on Linux" : undefined;

/** The files of an image of the rehearsal, in a folder to which `chroot` leads. */
export interface UnpackedImage {
  readonly root: string;
  remove(): void;
}

export async function unpackedImage(reference: string): Promise<UnpackedImage> {
  const image = imageFor(reference);
  if (!image) throw new Error(`there is no image ${reference}`);
  const { path, digest } = await prepareImage(image, { cacheDir: cacheDirectory() });
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-image-"));
  const root = join(scratch, "root");
  const layout = join(scratch, "layout");
  const blob = (of: string) => join(layout, "blobs", of.replace(":", "/"));
  unpack(path, layout);
  const { layers } = JSON.parse(readFileSync(blob(digest), "utf8")) as { layers: { digest: string }[] };
  for (const layer of layers) unpack(blob(layer.digest), root);
  rmSync(layout, { recursive: true });
  mkdirSync(join(root, "tmp"), { recursive: true });
  return { root, remove: () => rmSync(scratch, { recursive: true, force: true }) };
}

function unpack(archive: string, dir: string): void {
  mkdirSync(dir, { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", dir]);
}
