import { homedir } from "node:os";
import { isAbsolute, join, resolve } from "node:path";

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
  return join(cacheDir, "tools");
}
