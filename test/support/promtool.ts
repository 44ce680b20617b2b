import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { unpackedImage } from "./unpacked-image.ts";

/** Prometheus' own tool for rules, out of the image in which Prometheus runs. */
export interface Promtool {
  /** Runs it on files, given by their names and contents, which are JSON: YAML is JSON and more. Throws what it says if it fails. */
  run(words: readonly string[], files: Readonly<Record<string, unknown>>): string;
  remove(): void;
}

export async function promtool(): Promise<Promtool> {
  const scratch = mkdtempSync(join(tmpdir(), "plumbline-promtool-"));
  const { root, run } = await unpackedImage("quay.io/prometheus/prometheus:v3.6.0", scratch).catch((error) => {
    rmSync(scratch, { recursive: true, force: true });
    throw error;
  });
  mkdirSync(join(root, "tmp"), { recursive: true });
  return {
    run: (words, files) => {
      for (const [name, content] of Object.entries(files)) writeFileSync(join(root, name), JSON.stringify(content));
      return run("/usr/bin/promtool", ...words);
    },
    remove: () => rmSync(scratch, { recursive: true, force: true }),
  };
}
