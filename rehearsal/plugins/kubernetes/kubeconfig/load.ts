import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";
import { type Kubeconfig, KubeconfigError, mergeKubeconfigs, parseKubeconfig } from "./kubeconfig.ts";

/** A kubeconfig and how to call it in an error. */
export interface LoadedKubeconfig {
  readonly config: Kubeconfig;
  readonly source: string;
}

/**
 * Finds and reads the kubeconfig. `given` is a path, several paths as in the environment variable, or the contents
 * themselves; without it `KUBECONFIG` counts, then `~/.kube/config`. Throws {@link KubeconfigError}.
 */
export function loadKubeconfig(given: string | undefined, env: NodeJS.ProcessEnv = process.env): LoadedKubeconfig {
  if (given && isContents(given)) {
    const source = "the provider's kubeconfig";
    return { config: parseKubeconfig(given, source), source };
  }
  const home = join(homedir(), ".kube", "config");
  const paths = (given || env.KUBECONFIG || home).split(delimiter).filter(Boolean).map(expandHome);
  const found = paths.filter((path) => existsSync(path));
  if (found.length === 0) {
    const origin = given ? "the provider's kubeconfig" : env.KUBECONFIG ? "KUBECONFIG" : "the default place";
    throw new KubeconfigError(
      `no kubeconfig: ${paths.join(", ")} (${origin}) does not exist; set KUBECONFIG or the provider's kubeconfig to one that does`,
    );
  }
  return { config: mergeKubeconfigs(found.map(readOne)), source: found.join(", ") };
}

/** A path has neither lines nor braces, and contents have a colon between a field and its value. */
function isContents(text: string): boolean {
  return /[\n{]/.test(text) || (/:\s/.test(text) && !existsSync(expandHome(text)));
}

function expandHome(path: string): string {
  return path === "~" || path.startsWith("~/") ? join(homedir(), path.slice(1)) : path;
}

function readOne(path: string): Kubeconfig {
  try {
    return parseKubeconfig(readFileSync(path, "utf8"), path);
  } catch (error) {
    if (error instanceof KubeconfigError) throw error;
    throw new KubeconfigError(`${path} cannot be read: ${(error as Error).message}`);
  }
}
