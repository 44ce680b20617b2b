import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { command } from "./command.ts";
import { contentKey } from "./content-key.ts";
import { RehearsalError } from "./error.ts";
import { MAKER, produce } from "./product.ts";
import { type Following, follow } from "./progress.ts";

const TOOL = "cluster-seed";

export interface ClusterSeedOptions extends Following {
  readonly toolsDir: string;
  /** The cluster binary, as `goTool` gives it, and the folders that `crdFolders` gives: both lie in folders named by content. */
  readonly binary: string;
  readonly crds: readonly string[];
  readonly version: string;
}

/**
 * The folder of a store with which a cluster can begin: what every control plane makes of itself, and the definitions.
 * Made once, by a control plane that runs for some seconds without nodes; a cluster that begins with it is ready in half
 * the time. Nothing in it is secret: keys and certificates are each cluster's own.
 *
 * Throws `RehearsalError` with the last lines of a control plane that failed.
 */
export async function clusterSeed({
  toolsDir,
  binary,
  crds,
  version,
  report,
  signal,
}: ClusterSeedOptions): Promise<string> {
  const logFile = join(toolsDir, "log", `${TOOL}.log`);
  return follow(TOOL, { report, logFile }, async (say) => {
    const inputs = contentKey({
      binary: basename(dirname(binary)),
      crds: crds.map((folder) => `${basename(dirname(folder))}/${basename(folder)}`).join(),
    });
    const make = async (stage: string) => {
      const work = join(stage, "work");
      await mkdir(work);
      const args = ["seed", "--dir", work, ...crds.flatMap((folder) => ["--crds", folder])];
      const identityFile = join(stage, MAKER);
      const onLine = (line: string) => {
        const step = /"step":"(\w+)"/.exec(line)?.[1];
        if (step !== undefined) say(`laying what a control plane starts with: ${step}`);
      };
      await mkdir(dirname(logFile), { recursive: true });
      const { code, tail } = await command(binary, args, { signal, logFile, identityFile, onLine });
      if (code !== 0)
        throw new RehearsalError(
          ["The store for new clusters could not be made. Its last lines:", ...tail.map((line) => `  ${line}`)].join(
            "\n",
          ),
          `The whole output is in ${logFile}.`,
        );
      await rename(join(work, "etcd"), join(stage, "etcd"));
      await rm(work, { recursive: true });
    };
    const dir = await produce(toolsDir, { tool: TOOL, version, key: inputs, inputs, make }, { say, signal });
    say(`${version} in ${dir}`);
    return join(dir, "etcd");
  });
}
