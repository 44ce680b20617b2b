import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ClusterConfig,
  type ClusterPlan,
  clusterConfig,
  clusterStatus,
  engineHome,
  IMAGES,
  type Progress,
  prepareNodes,
  prepareToolchain,
  prepareTools,
  type RealNodes,
  RehearsalError,
  type RunningCluster,
  type StartOptions,
  startCluster,
  type Toolchain,
  type ToolchainOptions,
  type Tools,
  untilComplete,
} from "../rehearsal/index.ts";
import { type Context, PROJECT, PROJECT_DIR } from "./context.ts";
import { forgetSalt, saltOf } from "./engine/salt.ts";
import type { StackPlace } from "./engine/stack.ts";
import { EXIT, Failure } from "./failure.ts";
import type { Tell } from "./steps.ts";
import { count } from "./view/format.ts";
import type { StepNews } from "./view/screen.ts";

/** Gets every tool for a rehearsal, building what is missing; see {@link toolsStep}. */
export async function toolchainStep(context: Context): Promise<Toolchain> {
  const toolchain = await preparation(context, prepareToolchain);
  context.findings.tools = [toolchain.pulumi, toolchain.kubectl, toolchain.cluster];
  return toolchain;
}

/** Gets engine and kubectl. A tool that cannot be had ends the run with {@link EXIT.toolMissing}. */
export async function toolsStep(context: Context): Promise<Tools> {
  const tools = await preparation(context, prepareTools);
  context.findings.tools = [tools.pulumi, tools.kubectl];
  return tools;
}

async function preparation<T extends Tools>(
  { steps, cacheDir, interrupt }: Context,
  prepare: (options: ToolchainOptions) => Promise<T>,
): Promise<T> {
  return steps.run("Toolchain", async (tell) => {
    const report = reporter(tell);
    try {
      const value = await prepare({ cacheDir, report, signal: interrupt.asked });
      const tools = [value.pulumi, value.kubectl].map(({ name, version }) => `${name} ${version}`);
      return { detail: tools.join(", "), value };
    } catch (error) {
      throw toolMissing(error, interrupt);
    }
  });
}

/** What to throw for an error of preparing: a tool that cannot be had ends the run with {@link EXIT.toolMissing}. */
function toolMissing(error: unknown, { asked }: Context["interrupt"]): unknown {
  asked.throwIfAborted();
  return error instanceof RehearsalError
    ? new Failure(EXIT.toolMissing, error.message, undefined, { cause: error })
    : error;
}

/**
 * Gets what real nodes are made of, and every image that can be made: the first time it takes minutes. Where all nodes are
 * real, so are CloudNativePG's operator and its plugin for backups.
 */
export async function nodesStep(
  { steps, cacheDir, interrupt }: Context,
  zones: readonly string[],
  noSimulated: boolean,
): Promise<RealNodes> {
  return steps.run("Nodes", async (tell) => {
    const options = { cacheDir, report: reporter(tell), signal: interrupt.asked };
    try {
      const operators = noSimulated ? (["cloudnative-pg", "plugin-barman-cloud"] as const) : [];
      const value = await prepareNodes({ ...options, zones, images: IMAGES, operators });
      return { detail: `${count(IMAGES.length, "image")}, ${count(zones.length, "real node")}`, value };
    } catch (error) {
      throw toolMissing(error, interrupt);
    }
  });
}

/** Starts the rehearsal cluster, or finds it running. */
export async function clusterStep(
  context: Context,
  plan: ClusterPlan,
  how: Pick<StartOptions, "binary" | "early">,
): Promise<RunningCluster> {
  const { steps, cacheDir, interrupt } = context;
  return steps.run("Cluster", async (tell) => {
    const report = reporter(tell);
    const config = clusterConfig(plan);
    const value = await startCluster(config, { ...how, cacheDir, report, signal: interrupt.asked });
    const nodes = `${nodesText(config)} in ${count(plan.zones.length, "zone")}`;
    const note = value.note === undefined ? "" : `; ${value.note}`;
    return {
      detail: `${OUTCOMES[value.outcome]}, Kubernetes ${value.version}, ${nodes}${note}`,
      value,
    };
  });
}

/** Waits for the operators that were still starting when the cluster could be planned for; nothing if there are none. */
export async function operatorsStep({ steps, cacheDir, interrupt }: Context, name: string): Promise<void> {
  const { pending } = await clusterStatus(name, { cacheDir });
  if (!pending) return;
  await steps.run("Operators", async (tell) => {
    await untilComplete(name, { cacheDir, report: reporter(tell), signal: interrupt.asked });
    return { detail: "ready", value: undefined };
  });
}

function nodesText({ nodes, real }: ClusterConfig): string {
  if (!real) return count(nodes.length, "node");
  const ours = count(real.nodes.length, "real node");
  return nodes.length === 0 ? ours : `${count(nodes.length, "simulated node")} and ${ours}`;
}

const OUTCOMES: Readonly<Record<RunningCluster["outcome"], string>> = {
  running: "runs",
  created: "created",
  started: "started with its data",
  restarted: "restarted, new configuration",
};

export interface EngineOptions {
  readonly name: string;
  readonly tools: Tools;
  /** The only kubeconfig that the engine sees. Left out: the person's own. */
  readonly kubeconfig?: string;
  /** `private`: under the cache, and gone with it. `own`: where the person's PULUMI_BACKEND_URL says. */
  readonly state: "private" | "own";
}

/** What a state of one's own is read with: the person's choice, which a private home overrules. */
const OWN_STATE = [
  "PULUMI_BACKEND_URL",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_CONFIG_PASSPHRASE_FILE",
];

/** Lays out the engine's home, and says where the stack is. */
export async function enginePlace(context: Context, options: EngineOptions): Promise<StackPlace> {
  const { name, tools, kubeconfig, state } = options;
  const home = await engineHome({ cacheDir: context.cacheDir, name, tools, kubeconfig, env: context.env });
  const isOwn = ([variable]: [string, string]) => OWN_STATE.includes(variable);
  if (state === "private") {
    const stateDir = fileURLToPath(home.env.PULUMI_BACKEND_URL ?? "");
    await forgetSalt(PROJECT_DIR, name, await saltOf(join(stateDir, ".pulumi", "stacks", PROJECT, `${name}.json`)));
    return { name, projectDir: PROJECT_DIR, home, env: home.env };
  }
  const env = Object.fromEntries([
    ...Object.entries(home.env).filter((entry) => !isOwn(entry)),
    ...Object.entries(context.env)
      .flatMap(([k, v]): [string, string][] => (v === undefined ? [] : [[k, v]]))
      .filter(isOwn),
  ]);
  const unset = home.unset.filter((variable) => !OWN_STATE.includes(variable));
  return { name, projectDir: PROJECT_DIR, home: { ...home, unset }, env };
}

/** Shows a task's moments. Its failure is told by its error, and would only overwrite how far it was. */
function reporter(tell: Tell): (progress: Progress) => void {
  return (progress) => {
    if (progress.state !== "failed") tell(newsOf(progress));
  };
}

/** A moment of a long task as the screen shows it: `pulumi: compiling k8s.io/client-go/rest, 312 of 1400 packages`. */
function newsOf({ task, message, count: far }: Progress): StepNews {
  const howFar = far ? `, ${far.done} of ${far.total} ${far.unit}` : "";
  return { detail: `${task}: ${message}${howFar}` };
}
