import type { Following } from "./progress.ts";

/** One program of the toolchain, ready to run. */
export interface Tool {
  readonly name: "pulumi" | "kubectl" | "plumbline-cluster";
  /** Absolute path of the executable. */
  readonly path: string;
  /** Without a leading `v`. */
  readonly version: string;
  /** `machine`: found on PATH. `built`: from a pinned Go module, in the cache. */
  readonly origin: "machine" | "built";
}

/** Everything that the engine and the rehearsal cluster run on. */
export interface Toolchain {
  readonly pulumi: Tool;
  readonly kubectl: Tool;
  readonly cluster: Tool;
  /** Absolute files and folders of CustomResourceDefinitions, for the cluster's configuration. */
  readonly crds: readonly string[];
}

export interface ToolchainOptions extends Following {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
}

/**
 * Gets every tool: what the machine has in a version that serves, else built from its pinned module into the cache.
 * Builds run one after another; a second run waits for the first and takes its product. Nothing is done twice:
 * with everything in place it returns in well under a second.
 *
 * Throws `RehearsalError` when a tool can neither be found nor built, saying what to install.
 */
export async function prepareToolchain(_options: ToolchainOptions): Promise<Toolchain> {
  throw new Error("not yet");
}
