import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { priorityPlans } from "../../components/cluster/priorities.ts";
import {
  cacheDirectory,
  clusterConfig,
  prepareToolchain,
  type Report,
  resetCluster,
  startCluster,
} from "../../rehearsal/index.ts";

/**
 * What every real test stands on, made once per run: the toolchain (from the cache, or built into it) and a control
 * plane of the tests' own, which has the priority classes that components name. Tests find both in the environment: `PLUMBLINE_PULUMI`, `PLUMBLINE_TEST_CLUSTER` (the cluster
 * binary), `PLUMBLINE_TEST_CRDS`, `PLUMBLINE_TEST_KUBECONFIG`.
 */
export async function setup(): Promise<() => Promise<void>> {
  const toolchain = await prepareToolchain({ cacheDir: cacheDirectory(), report: plainLines() });
  const cacheDir = await privateCache();
  const cluster = await startCluster(
    clusterConfig({
      name: "tests",
      region: "tests",
      zones: ["tests-a", "tests-b", "tests-c"],
      nodesPerZone: 1,
      node: { instanceType: "m7i.2xlarge", cpu: "8", memory: "32Gi", pods: 110 },
      crds: toolchain.crds,
      seed: toolchain.seed,
    }),
    { cacheDir, binary: toolchain.cluster.path, report: plainLines() },
  );
  const classes = {
    kind: "List",
    apiVersion: "v1",
    items: priorityPlans().map((plan) => ({ apiVersion: "scheduling.k8s.io/v1", kind: "PriorityClass", ...plan })),
  };
  const remove = async () => {
    await resetCluster("tests", { cacheDir });
    rmSync(cacheDir, { recursive: true, force: true });
  };
  // Of itself kubectl reads the whole of the API first, which on a busy machine takes longer than it waits.
  const kubectl = ["kubectl", "--kubeconfig", cluster.kubeconfig, "create", "--validate=false", "-f", "-"];
  try {
    execFileSync(toolchain.cluster.path, kubectl, { input: JSON.stringify(classes) });
  } catch (error) {
    await remove();
    throw error;
  }
  process.env.PLUMBLINE_PULUMI = toolchain.pulumi.path;
  process.env.PLUMBLINE_TEST_CLUSTER = toolchain.cluster.path;
  process.env.PLUMBLINE_TEST_CRDS = JSON.stringify(toolchain.crds);
  process.env.PLUMBLINE_TEST_KUBECONFIG = cluster.kubeconfig;
  return remove;
}

/** A cache of a test's own that shares the built tools, and nothing else, with the real one. */
export async function privateCache(): Promise<string> {
  const tools = join(cacheDirectory(), "tools");
  await mkdir(tools, { recursive: true });
  const dir = mkdtempSync(join(tmpdir(), "plumbline-cache-"));
  symlinkSync(tools, join(dir, "tools"));
  return dir;
}

/** One line when a task's state changes, and at most one every fifteen seconds while it runs: for a log that people read. */
function plainLines(): Report {
  const shown = new Map<string, { state: string; at: number }>();
  return ({ task, state, message, elapsedMs }) => {
    const before = shown.get(task);
    if (before?.state === state && elapsedMs - before.at < 15_000) return;
    shown.set(task, { state, at: elapsedMs });
    console.log(`${task}: ${state} after ${(elapsedMs / 1_000).toFixed(1)} s, ${message}`);
  };
}
