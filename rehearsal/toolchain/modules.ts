import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { RehearsalError } from "./error.ts";
import { goEnvironment, requireGo } from "./go.ts";
import type { GoBuildOptions } from "./go-build.ts";
import type { Say } from "./progress.ts";

/** The pinned modules of operators: their go.mod and go.sum. */
export const CRD_MODULE_DIR = join(import.meta.dirname, "modules", "crds");

/** A module as it lies in Go's own cache. */
export interface Module {
  readonly dir: string;
  /** `v1.27.0`. */
  readonly version: string;
}

/** What `go mod download -json` says of one module. */
interface Downloaded {
  readonly Path: string;
  readonly Version: string;
  readonly Dir?: string;
  readonly Sum?: string;
  readonly Error?: string;
}

/**
 * Downloads modules in the versions that {@link CRD_MODULE_DIR} pins, and gives what finds each by its path. `stage` is a
 * folder for Go to write to, which is left as it was.
 *
 * Throws `RehearsalError` if there is no Go or no way to them; what it gives does if a module is not what was pinned.
 */
export async function downloadModules(
  wanted: readonly string[],
  { stage, say, env, signal }: Pick<GoBuildOptions, "env" | "signal"> & { readonly stage: string; readonly say: Say },
): Promise<(path: string) => Module> {
  const go = await requireGo("the definitions and manifests of operators (they come as Go modules)", env);
  // Go writes into the module that it downloads for: it gets a copy.
  const module = join(stage, "module");
  await mkdir(module);
  for (const file of ["go.mod", "go.sum"]) await copyFile(join(CRD_MODULE_DIR, file), join(module, file));
  say("downloading the modules that carry them");
  const { code, stdout, tail } = await command(go.path, ["mod", "download", "-json", ...wanted], {
    cwd: module,
    env: goEnvironment(env),
    signal,
  });
  await rm(module, { recursive: true });
  const modules = parseStream(stdout);
  if (code !== 0)
    throw new RehearsalError(
      `Go cannot download the modules of operators:\n${[...modules.flatMap(({ Error: e }) => e ?? []), ...tail.slice(-3)].join("\n")}`,
      "See to the network, or set GOPROXY to a mirror (go env -w GOPROXY=…), and run this again.",
    );
  const sums = await readFile(join(CRD_MODULE_DIR, "go.sum"), "utf8");
  return (path) => pinned(path, modules, sums);
}

function pinned(path: string, modules: readonly Downloaded[], sums: string): Module {
  const found = modules.find(({ Path }) => Path === path);
  if (!found?.Dir || !sums.includes(`${path} ${found.Version} ${found.Sum}\n`))
    throw new RehearsalError(
      `${path} ${found?.Version} is not what go.sum of ${CRD_MODULE_DIR} pins.`,
      `Its sum is ${found?.Sum}; if the version was raised on purpose, add the sum with: go mod download ${path}`,
    );
  return { dir: found.Dir, version: found.Version };
}

/** `go mod download -json` prints objects one after another, without commas. */
function parseStream(text: string): Downloaded[] {
  return text.trim() === "" ? [] : (JSON.parse(`[${text.replaceAll(/^}\n\{/gm, "},{")}]`) as Downloaded[]);
}
