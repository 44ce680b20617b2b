import {
  type ClusterStatus,
  clusterNames,
  clusterStatus,
  resetCluster,
  type StopOptions,
  stopCluster,
} from "../../rehearsal/index.ts";
import type { Context } from "../context.ts";
import { alone } from "../engine-steps.ts";
import { isRehearsal, type RehearsalEnvironment, readEnvironment } from "../environment.ts";
import { EXIT, Failure } from "../failure.ts";
import { configurationStep, rehearsalStep } from "../ground.ts";
import { chooseNodes, keepChoice, type NodeChoice } from "../node-choice.ts";
import { toolchainStep } from "../prepare.ts";
import type { Report } from "../report.ts";
import { clusterLines } from "../view/status.ts";

/** Starts the rehearsal cluster of an environment, with its data if it has any. The nodes that were asked for are remembered. */
async function startClusterOf(context: Context, name: string, asked: Partial<NodeChoice> = {}): Promise<Report> {
  const { cacheDir } = context;
  const environment = await configurationStep(context, name);
  requireRehearsal(name, environment);
  const choice = await chooseNodes(cacheDir, name, environment, asked);
  const toolchain = await toolchainStep(context);
  await alone(context, "cluster start", name, async () => {
    await rehearsalStep(context, name, environment, { toolchain, choice });
    if (asked.nodes !== undefined || asked.zones !== undefined) await keepChoice(cacheDir, name, choice);
  });
  return report(context, name);
}

/** Stops it. Its data stays. */
async function stopClusterOf(context: Context, name: string): Promise<Report> {
  return endClusterOf(context, "stop", name, async (place) => STOPPED[(await stopCluster(name, place)).outcome]);
}

/** Stops it, and removes its data. The next `up` finds everything missing, and makes it anew. */
async function resetClusterOf(context: Context, name: string): Promise<Report> {
  return endClusterOf(context, "reset", name, async (place) => {
    await resetCluster(name, place);
    return "stopped, and its data removed";
  });
}

/** A cluster that is there can be ended whatever has become of its environment's file; else the name must be one's. */
async function endClusterOf(
  context: Context,
  command: "stop" | "reset",
  name: string,
  end: (place: StopOptions) => Promise<string>,
): Promise<Report> {
  const { cacheDir, interrupt, steps } = context;
  const isThere = async () => (await clusterNames({ cacheDir })).includes(name);
  if (!(await isThere())) requireRehearsal(name, readEnvironment(name));
  await alone(context, `cluster ${command}`, name, () =>
    steps.run("Cluster", async (tell) => {
      tell({ detail: "stopping" });
      const detail = (await isThere()) ? await end({ cacheDir, signal: interrupt.asked }) : "nothing stood";
      return { detail, value: undefined };
    }),
  );
  return report(context, name);
}

/** Says what is known of it. */
async function statusOfCluster(context: Context, name: string): Promise<Report> {
  requireRehearsal(name, readEnvironment(name));
  return report(context, name);
}

/** By the word after `plumbline cluster`. */
export const clusterCommands = {
  start: startClusterOf,
  stop: stopClusterOf,
  status: statusOfCluster,
  reset: resetClusterOf,
} as const;

const STOPPED = {
  stopped: "stopped",
  killed: "did not stop in time, and was killed",
  idle: "was not running",
} as const;

async function report({ cacheDir }: Context, name: string): Promise<Report> {
  const cluster: ClusterStatus = await clusterStatus(name, { cacheDir });
  return { lines: (style) => clusterLines(cluster, style), json: { cluster } };
}

/** Refuses an environment whose cluster is not a rehearsal. */
export function requireRehearsal(
  name: string,
  environment: ReturnType<typeof readEnvironment>,
): asserts environment is RehearsalEnvironment {
  if (isRehearsal(environment)) return;
  throw new Failure(
    EXIT.usage,
    `${name} has no rehearsal cluster: stacks/${name}.yaml says cluster.provider: ${environment.cluster.provider}.`,
    "Name an environment with cluster.provider: rehearsal, such as local.",
  );
}
