import { dirname, join } from "node:path";
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

/** What any environment is worked on with. */
export interface Tools {
  readonly pulumi: Tool;
  readonly kubectl: Tool;
}

/** Everything that the engine and the rehearsal cluster run on. */
export interface Toolchain extends Tools {
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
 * Gets the tools for a cluster that stands elsewhere: what the machine has in a version that serves, else built from its
 * pinned module into the cache. Builds run one after another; a second run waits for the first and takes its product.
 * Nothing is done twice: with everything in place it returns in well under a second.
 *
 * Throws `RehearsalError` when a tool can neither be found nor built, saying what to install.
 */
export async function prepareTools(options: ToolchainOptions): Promise<Tools> {
  await requireCache(options.cacheDir);
  return findTools(options, () => built(CLUSTER, "kubectl", "kubectl", options));
}

/** Gets every tool for a rehearsal: those of {@link prepareTools}, the cluster, and with what it begins. */
export async function prepareToolchain(options: ToolchainOptions): Promise<Toolchain> {
  await requireCache(options.cacheDir);
  const cached = { ...options, toolsDir: toolsDirectory(options.cacheDir) };
  const crds = await crdFolders(cached);
  const cluster = await built(CLUSTER, "plumbline-cluster", CLUSTER.name, options);
  const seed = await clusterSeed({ ...cached, binary: cluster.path, crds, version: CLUSTER.version });
  const kubectl: Tool = { ...cluster, name: "kubectl", path: join(dirname(cluster.path), "kubectl") };
  return { ...(await findTools(options, async () => kubectl)), cluster, crds, seed };
}

/** What the machine has, or else the Pulumi CLI that is built and the kubectl that is given. */
async function findTools(options: ToolchainOptions, builtKubectl: () => Promise<Tool>): Promise<Tools> {
  const [pulumi, kubectl] = await Promise.all([findPulumi(options), findKubectl(options)]);
  return {
    pulumi: pulumi.found
      ? { name: "pulumi", origin: "machine", ...pulumi.found }
      : await built(PULUMI, "pulumi", "pulumi", options),
    kubectl: kubectl.found ? { name: "kubectl", origin: "machine", ...kubectl.found } : await builtKubectl(),
  };
}

async function built(tool: GoTool, name: Tool["name"], program: string, options: ToolchainOptions): Promise<Tool> {
  const dir = await goTool(tool, { ...options, toolsDir: toolsDirectory(options.cacheDir) });
  return { name, origin: "built", version: tool.version, path: join(dir, program) };
}
