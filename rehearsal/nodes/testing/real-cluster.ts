import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { type ClusterPlan, clusterConfig } from "../../control/config.ts";
import { clusterDirectory, readStartRecord } from "../../control/directory.ts";
import { type RunningCluster, startCluster } from "../../control/start.ts";
import { resetCluster, stopCluster } from "../../control/stop.ts";
import type { ImageDescription } from "../../images/index.ts";
import { cacheDirectory } from "../../toolchain/cache.ts";
import { command } from "../../toolchain/command.ts";
import { prepareToolchain } from "../../toolchain/prepare.ts";
import { isRunning } from "../../toolchain/process.ts";
import { prepareNodes } from "../index.ts";
import type { OperatorName } from "../operators.ts";

export const ZONES = ["one", "two", "three"];

/** Small, with a shell and a server: not one that anybody would run. */
export const BUSYBOX: ImageDescription = {
  reference: "plumbline.test/busybox:1",
  about: "busybox-static",
  layers: [{ kind: "debian", packages: ["busybox-static"] }],
  entrypoint: ["/bin/busybox"],
};

/** A cluster for one test file, with a real node in each of {@link ZONES}, in a cache of its own with everybody's tools. */
export interface RealCluster {
  readonly cacheDir: string;
  /** Folder of the unpacked packages of which nodes are made. */
  readonly runtime: string;
  readonly start: () => Promise<RunningCluster>;
  readonly stop: () => Promise<unknown>;
  /** Of the cluster's process, while it starts too. Rejects if none runs. */
  readonly pid: () => Promise<number>;
  /** Stops it and takes its cache away. */
  readonly remove: () => Promise<void>;
  /** Gives what kubectl prints; rejects with it if it fails. */
  readonly kubectl: (...args: string[]) => Promise<string>;
  readonly kubectlPath: string;
}

/** Prepares a cluster, and does not start it. `simulated` nodes stand beside the real ones, one a zone. */
export async function realCluster(
  name: string,
  wanted: {
    readonly simulated: boolean;
    readonly images: readonly ImageDescription[];
    readonly operators?: readonly OperatorName[];
    readonly releases?: NonNullable<ClusterPlan["releases"]>;
  },
): Promise<RealCluster> {
  const tools = join(cacheDirectory(), "tools");
  mkdirSync(tools, { recursive: true });
  // In one file system with the tools, as clusters are: nodes share the files of images.
  const cacheDir = mkdtempSync(join(cacheDirectory(), `test-${name}-`));
  symlinkSync(tools, join(cacheDir, "tools"));
  const { seed, crds, cluster, kubectl } = await prepareToolchain({ cacheDir });
  const { simulated, releases, ...nodes } = wanted;
  const real = await prepareNodes({ cacheDir, zones: ZONES, ...nodes });
  const node = { instanceType: "m7i.xlarge", cpu: "4", memory: "16Gi", pods: 110 };
  const plan = clusterConfig({
    name,
    region: "test",
    zones: ZONES,
    nodesPerZone: 1,
    node,
    crds,
    seed,
    ...(releases && { releases }),
  });
  const config = { ...plan, ...(!simulated && { nodes: [] }), real };
  let running: RunningCluster | undefined;
  return {
    cacheDir,
    runtime: real.runtime,
    start: async () => {
      running = await startCluster(config, { cacheDir, binary: cluster.path });
      return running;
    },
    stop: () => stopCluster(name, { cacheDir }),
    pid: async () => {
      const record = await readStartRecord(clusterDirectory(cacheDir, name));
      if (typeof record === "string" || !isRunning(record)) throw new Error(`no process runs the cluster ${name}`);
      return record.pid;
    },
    kubectlPath: kubectl.path,
    remove: async () => {
      await resetCluster(name, { cacheDir });
      rmSync(cacheDir, { recursive: true, force: true });
    },
    kubectl: async (...args) => {
      const { code, stdout, tail } = await command(kubectl.path, ["--kubeconfig", running?.kubeconfig ?? "", ...args]);
      if (code !== 0) throw new Error(`kubectl ${args.join(" ")}:\n${tail.join("\n")}`);
      return stdout.trim();
    },
  };
}
