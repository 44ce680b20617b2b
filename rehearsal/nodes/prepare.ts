import { join } from "node:path";
import type { RealNodes } from "../control/config.ts";
import { requireCache, toolsDirectory } from "../toolchain/cache.ts";
import { type GoTool, goTool } from "../toolchain/go-build.ts";
import { BUILT } from "../toolchain/versions.ts";
import { requireRealNodes } from "./machine.ts";
import { nodeRuntime, type RuntimeOptions } from "./runtime.ts";

/** The kubelet, kube-proxy and what holds them: of the same module as the cluster, so that both share what is compiled. */
const NODE: GoTool = {
  name: "plumbline-node",
  version: BUILT.kubernetes,
  moduleDir: join(import.meta.dirname, "..", "cluster"),
  package: "./cmd/plumbline-node",
  ldflags: [],
  smoke: ["version"],
  links: [],
};

export interface NodesOptions extends RuntimeOptions {
  /** One node is made in each; its name is `<zone>-real`. 1 to 9. */
  readonly zones: readonly string[];
  /** Absolute paths of the images' archives, as `prepareImage` gives them. Pause must be among them. */
  readonly images: readonly string[];
}

/**
 * What a cluster's configuration says of its real nodes (`real`): the programs are built and unpacked into the cache if they
 * are not there. A first build takes minutes, mostly kubelet.
 *
 * Throws `RehearsalError` if this machine cannot run real nodes, saying why; or as `goTool` does.
 */
export async function prepareNodes({ zones, images, ...options }: NodesOptions): Promise<RealNodes> {
  requireRealNodes(options.env);
  await requireCache(options.cacheDir);
  const { cacheDir, ...following } = options;
  const program = join(await goTool(NODE, { ...following, toolsDir: toolsDirectory(cacheDir) }), NODE.name);
  const runtime = await nodeRuntime(options);
  return { program, runtime, images, nodes: zones.map((zone) => ({ name: `${zone}-real`, zone })) };
}
