import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { imageFor, prepareImage } from "../../rehearsal/images/index.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";

/** Why promtool cannot be run here; undefined if it can. */
export const whyNoPromtool =
  process.platform !== "linux" || process.getuid?.() !== 0 ? "it needs root on Linux" : undefined;

/** Prometheus' own tool for rules, out of the image in which Prometheus runs. */
export interface Promtool {
  /** Runs it on files, given by their names and contents, which are JSON: YAML is JSON and more. Throws what it says if it fails. */
  run(words: readonly string[], files: Readonly<Record<string, unknown>>): string;
  remove(): void;
}

export async function promtool(): Promise<Promtool> {
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-promtool-"));
  const root = join(scratch, "root");
  const image = imageFor("quay.io/prometheus/prometheus:v3.6.0");
  if (!image) throw new Error("there is no image of Prometheus");
  const { path, digest } = await prepareImage(image, { cacheDir: cacheDirectory() });
  const layout = join(scratch, "layout");
  const blob = (of: string) => join(layout, "blobs", of.replace(":", "/"));
  unpack(path, layout);
  const { layers } = JSON.parse(readFileSync(blob(digest), "utf8")) as { layers: { digest: string }[] };
  for (const layer of layers) unpack(blob(layer.digest), root);
  rmSync(layout, { recursive: true });
  mkdirSync(join(root, "tmp"), { recursive: true });
  return {
    run: (words, files) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), JSON.stringify(content));
      return execFileSync("chroot", [root, "/usr/bin/promtool", ...words], { encoding: "utf8" });
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}

function unpack(archive: string, dir: string): void {
  mkdirSync(dir, { recursive: true });
  execFileSync("tar", ["-xf", archive, "-C", dir]);
}
