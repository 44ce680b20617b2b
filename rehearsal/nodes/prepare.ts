import { join } from "node:path";
import type { RealNodes } from "../control/config.ts";
import { COREDNS } from "../images/coredns.ts";
import { type ImageDescription, prepareImages } from "../images/index.ts";
import { PAUSE } from "../images/pause.ts";
import { requireCache, toolsDirectory } from "../toolchain/cache.ts";
import { type GoTool, goTool } from "../toolchain/go-build.ts";
import { BUILT } from "../toolchain/versions.ts";
import { requireRealNodes } from "./machine.ts";
import { type OperatorName, operatorImages, operatorManifests } from "./operators.ts";
import { nodeRuntime, type RuntimeOptions } from "./runtime.ts";
import { imageStore } from "./store.ts";

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

/** What every node runs, whatever is deployed. */
const OWN_IMAGES: readonly ImageDescription[] = [PAUSE, COREDNS];

export interface NodesOptions extends RuntimeOptions {
  /** One node is made in each; its name is `<zone>-real`. 1 to 9. */
  readonly zones: readonly string[];
  /** What pods may run, on top of what nodes and operators need themselves. Nodes can reach no registry: other images are not there. */
  readonly images: readonly ImageDescription[];
  /**
   * Operators that run for real, with their webhooks. For clusters without simulated nodes alone: where there are some, the
   * cluster's own stand-ins are at work. Default: none.
   */
  readonly operators?: readonly OperatorName[];
}

/**
 * What a cluster's configuration says of its real nodes (`real`): programs, packages, images and manifests are made in the
 * cache if they are not there. A first build takes minutes, mostly kubelet; a new set of images is unpacked once for all nodes.
 *
 * Throws `RehearsalError` if this machine cannot run real nodes, saying why; or as `goTool` and `prepareImage` do.
 */
export async function prepareNodes({ zones, images, operators = [], ...options }: NodesOptions): Promise<RealNodes> {
  requireRealNodes(options.env);
  await requireCache(options.cacheDir);
  const { cacheDir, ...following } = options;
  const program = join(await goTool(NODE, { ...following, toolsDir: toolsDirectory(cacheDir) }), NODE.name);
  const runtime = await nodeRuntime(options);
  const prepared = await prepareImages(
    new Set([...OWN_IMAGES, ...operators.flatMap(operatorImages), ...images]),
    options,
  );
  const store = await imageStore({ ...options, program, runtime, images: prepared });
  const manifests: string[] = [];
  for (const operator of operators) manifests.push(await operatorManifests(operator, options));
  return { program, runtime, store, manifests, nodes: zones.map((zone) => ({ name: `${zone}-real`, zone })) };
}
