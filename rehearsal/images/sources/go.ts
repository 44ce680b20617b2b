import { basename, join } from "node:path";
import { moduleDigest } from "../../toolchain/content-key.ts";
import { type GoTool, goTool } from "../../toolchain/go-build.ts";
import { diskFile } from "../oci/entry.ts";
import type { Found, SourceOptions } from "./source.ts";

/** A program built from a Go module of this repository, without a C library. */
export interface GoSource {
  readonly kind: "go";
  readonly tool: GoTool;
  /** Absolute path of the program in the image. */
  readonly to: string;
}

/** What of the repository decides the program. */
export async function goInputs({ tool }: GoSource): Promise<string> {
  return moduleDigest(tool.moduleDir);
}

/** Builds the program, or takes it from the cache: its folder there is named by what it was made of. */
export async function findGo({ tool, to }: GoSource, options: SourceOptions): Promise<Found> {
  const dir = await goTool(tool, options);
  return {
    state: basename(dir),
    lay: async () => ({
      entries: [await diskFile(to.replace(/^\//, ""), join(dir, tool.name))],
      ingredients: [{ name: tool.name, version: tool.version }],
    }),
  };
}
