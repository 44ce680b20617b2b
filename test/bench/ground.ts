import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  cacheDirectory,
  clusterConfig,
  type EngineHome,
  engineHome,
  prepareToolchain,
  type Report,
  type RunningCluster,
  resetCluster,
  startCluster,
  stopCluster,
} from "../../rehearsal/index.ts";
import { privateCache } from "../support/ground.ts";

const NAME = "bench";
export const ZONES = ["bench-a", "bench-b", "bench-c"];

/** A cluster and an engine of the bench's own. */
export interface Ground {
  readonly cluster: RunningCluster;
  readonly home: EngineHome;
  /** Folder for the projects. */
  readonly dir: string;
  /** Milliseconds from nothing until the cluster answered, and from its data after a stop. */
  readonly start: { readonly cold: number; readonly warm: number };
  remove(): Promise<void>;
}

export interface GroundOptions {
  readonly signal: AbortSignal;
  tell(line: string): void;
}

/** Starts the cluster from nothing, stops it, and starts it again: both are measured. */
export async function makeGround({ signal, tell }: GroundOptions): Promise<Ground> {
  const report = everyFewSeconds(tell);
  const toolchain = await prepareToolchain({ cacheDir: cacheDirectory(), signal, report });
  const cacheDir = await privateCache();
  const dir = mkdtempSync(join(tmpdir(), "plumbline-bench-"));
  const config = clusterConfig({
    name: NAME,
    region: NAME,
    zones: ZONES,
    nodesPerZone: 3,
    node: { instanceType: "m7i.2xlarge", cpu: "8", memory: "32Gi", pods: 110 },
    crds: toolchain.crds,
    seed: toolchain.seed,
  });
  const remove = async () => {
    await resetCluster(NAME, { cacheDir });
    for (const folder of [cacheDir, dir]) rmSync(folder, { recursive: true, force: true });
  };
  try {
    const options = { cacheDir, binary: toolchain.cluster.path, signal, report };
    const { elapsedMs: cold } = await startCluster(config, options);
    await stopCluster(NAME, { cacheDir });
    const cluster = await startCluster(config, options);
    const home = await engineHome({ cacheDir, name: NAME, tools: toolchain, kubeconfig: cluster.kubeconfig });
    return { cluster, home, dir, start: { cold, warm: cluster.elapsedMs }, remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

/** A task that reports many times a second is told of every five seconds. */
function everyFewSeconds(tell: (line: string) => void): Report {
  let next = 0;
  return ({ task, message }) => {
    if (performance.now() < next) return;
    next = performance.now() + 5_000;
    tell(`${task}: ${message}`);
  };
}
