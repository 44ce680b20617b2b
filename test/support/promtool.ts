import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { unpackedImage, whyNoImages } from "./unpacked-image.ts";

/** Why promtool cannot be run here; undefined if it can. */
export const whyNoPromtool = whyNoImages;

/** Prometheus' own tool for rules, out of the image in which Prometheus runs. */
export interface Promtool {
  /** Runs it on files, given by their names and contents, which are JSON: YAML is JSON and more. Throws what it says if it fails. */
  run(words: readonly string[], files: Readonly<Record<string, unknown>>): string;
  remove(): void;
}

export async function promtool(): Promise<Promtool> {
  const { root, remove } = await unpackedImage("quay.io/prometheus/prometheus:v3.6.0");
  return {
    run: (words, files) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), JSON.stringify(content));
      return execFileSync("chroot", [root, "/usr/bin/promtool", ...words], { encoding: "utf8" });
    },
    remove,
  };
}
