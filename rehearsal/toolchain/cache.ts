import { constants } from "node:fs";
import { access, mkdir } from "node:fs/promises";
import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";
import { RehearsalError } from "./error.ts";

/**
 * Where everything that is built or kept between runs lies, outside any work tree: `$PLUMBLINE_CACHE`, else
 * `$XDG_CACHE_HOME/plumbline`, else `~/.cache/plumbline`. It may be deleted at any time that nothing runs.
 */
export function cacheDirectory(env: Readonly<Record<string, string | undefined>> = process.env): string {
  if (env.PLUMBLINE_CACHE) return resolve(env.PLUMBLINE_CACHE);
  const xdg = env.XDG_CACHE_HOME;
  return join(xdg && isAbsolute(xdg) ? xdg : join(homedir(), ".cache"), "plumbline");
}

/** Where tools are built to and kept. */
export function toolsDirectory(cacheDir: string): string {
  return resolve(cacheDir, "tools");
}

/** Letters that mean something in a URL: the engine takes the place of its state, which lies in the cache, as one. */
const NOT_IN_URL = /[#?%]/;

/**
 * Makes the cache's folder. Throws `RehearsalError` if that, or writing there, is not possible, or if its path cannot
 * stand in a URL.
 */
export async function requireCache(cacheDir: string): Promise<void> {
  const [letter] = NOT_IN_URL.exec(cacheDir) ?? [];
  if (letter !== undefined)
    throw new RehearsalError(
      `The cache folder ${cacheDir} has ${JSON.stringify(letter)} in its path; allowed: any but "#", "?" and "%".`,
      "Name another folder: export PLUMBLINE_CACHE=/a/folder/of/yours",
    );
  try {
    await mkdir(cacheDir, { recursive: true });
    await access(cacheDir, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new RehearsalError(
      `The cache folder ${cacheDir} cannot be written: ${(error as Error).message}.`,
      "Name a folder of yours: export PLUMBLINE_CACHE=/a/folder/of/yours",
      { cause: error },
    );
  }
}
