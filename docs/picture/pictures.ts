import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadAll } from "js-yaml";
import { mermaid } from "./mermaid.ts";
import { modelOf } from "./model.ts";
import type { Resource } from "./resource.ts";
import { svg } from "./svg.ts";

const ROOT = join(import.meta.dirname, "..", "..");
const GOLDEN = join(ROOT, "test", "golden", "local.yaml");

export interface PictureFile {
  readonly path: string;
  readonly content: string;
}

/** The files that the docs show, as they should be now. */
export function pictures(golden: string = GOLDEN): PictureFile[] {
  const model = modelOf(loadAll(readFileSync(golden, "utf8")) as Resource[]);
  return [
    { path: join(ROOT, "docs", "stack.svg"), content: svg(model) },
    { path: join(ROOT, "docs", "stack.mmd"), content: mermaid(model) },
  ];
}
