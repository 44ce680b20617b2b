import { join } from "node:path";
import manifest from "../../package.json" with { type: "json" };
import { requireCache, toolsDirectory } from "./cache.ts";
import { clusterSeed } from "./cluster-seed.ts";
import { crdFolders } from "./crds.ts";
import { type GoTool, goTool } from "./go-build.ts";
import { findKubectl, findPulumi } from "./machine.ts";
import type { Following } from "./progress.ts";
import { BUILT } from "./versions.ts";

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
  /** Absolute folder of the store with which a new cluster begins; it holds the definitions. */
  readonly seed: string;
}

export interface ToolchainOptions extends Following {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
  /** Environment in which tools and Go are looked up and run. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** The Pulumi CLI, from its own module. Without its version it calls itself unknown and the Automation API refuses it. */
export const PULUMI: GoTool = {
  name: "pulumi",
  version: BUILT.pulumi,
  moduleDir: join(import.meta.dirname, "modules", "pulumi"),
  package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
  ldflags: ["-X", `github.com/pulumi/pulumi/sdk/v3/go/common/version.Version=${BUILT.pulumi}`],
  smoke: ["version"],
  links: [],
};

/** The rehearsal cluster; called by the name `kubectl` it is kubectl. */
export const CLUSTER: GoTool = {
  name: "plumbline-cluster",
  version: BUILT.kubernetes,
  moduleDir: join(import.meta.dirname, "..", "cluster"),
  package: ".",
  ldflags: ["-X", `main.version=${manifest.version}`],
  smoke: ["version", "--json"],
  links: ["kubectl"],
};

/**
 * Gets every tool: what the machine has in a version that serves, else built from its pinned module into the cache.
 * Builds run one after another; a second run waits for the first and takes its product. Nothing is done twice:
 * with everything in place it returns in well under a second.
 *
 * Throws `RehearsalError` when a tool can neither be found nor built, saying what to install.
 */
export async function prepareToolchain({ cacheDir, ...options }: ToolchainOptions): Promise<Toolchain> {
  await requireCache(cacheDir);
  const [pulumi, kubectl] = await Promise.all([
    findPulumi({ cacheDir, ...options }),
    findKubectl({ cacheDir, ...options }),
  ]);
  const build = { toolsDir: toolsDirectory(cacheDir), ...options };
  const crds = await crdFolders(build);
  const cluster = join(await goTool(CLUSTER, build), CLUSTER.name);
  const seed = await clusterSeed({ ...build, binary: cluster, crds, version: CLUSTER.version });
  return {
    pulumi: pulumi.found
      ? { name: "pulumi", origin: "machine", ...pulumi.found }
      : {
          name: "pulumi",
          origin: "built",
          version: PULUMI.version,
          path: join(await goTool(PULUMI, build), PULUMI.name),
        },
    kubectl: kubectl.found
      ? { name: "kubectl", origin: "machine", ...kubectl.found }
      : { name: "kubectl", origin: "built", version: CLUSTER.version, path: join(cluster, "..", "kubectl") },
    cluster: { name: "plumbline-cluster", origin: "built", version: CLUSTER.version, path: cluster },
    crds,
    seed,
  };
}
