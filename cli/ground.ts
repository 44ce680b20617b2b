import type { ClusterStatus, RunningCluster, Toolchain, Tools } from "../rehearsal/index.ts";
import type { Environment } from "../stacks/environment.ts";
import { type Context, PROJECT_DIR } from "./context.ts";
import type { Policies } from "./engine/run.ts";
import type { StackPlace } from "./engine/stack.ts";
import { clusterPlan, isRehearsal, type RehearsalEnvironment, readEnvironment } from "./environment.ts";
import { EXIT, Failure } from "./failure.ts";
import type { ClusterAccess } from "./kubectl.ts";
import { chooseNodes, type NodeChoice } from "./node-choice.ts";
import { policiesOf } from "./policies.ts";
import { clusterStep, enginePlace, nodesStep, toolchainStep, toolsStep } from "./prepare.ts";
import { count } from "./view/format.ts";
import { rulesText } from "./view/rules.ts";

/** What a run of the engine stands on. */
export interface Ground {
  readonly place: StackPlace;
  /** Left out if the cluster does not run. */
  readonly access?: ClusterAccess;
}

/** Reads the environment's file, before anything else: a wrong one is refused at once. */
export async function configurationStep({ steps }: Context, name: string): Promise<Environment> {
  return steps.run("Configuration", async () => {
    const value = readEnvironment(name);
    const cluster = CLUSTERS[value.cluster.provider];
    return { detail: `stacks/${name}.yaml: ${count(value.zones.length, "zone")}, ${cluster}`, value };
  });
}

/** Reads the settings of the rules, and keeps how many are asked. Like the environment's file, wrong ones are refused before anything else. */
export async function policiesStep({ steps, findings }: Context, name: string): Promise<Policies> {
  return steps.run("Policies", async () => {
    const { policies, rules } = await policiesOf(name, PROJECT_DIR);
    findings.rules = rules;
    const by = policies.config === undefined ? "each rule's own settings" : `policies/config/${name}.json`;
    return { detail: `${by}: ${rulesText(rules)}`, value: policies };
  });
}

const CLUSTERS: Readonly<Record<Environment["cluster"]["provider"], string>> = {
  rehearsal: "rehearsal cluster",
  kubeconfig: "cluster of your kubeconfig",
};

/**
 * Gets the tools, starts the rehearsal cluster if the environment is one, and says where the engine and its state are. A
 * cluster that stands elsewhere wants nothing built that only a rehearsal runs on.
 */
export async function prepareGround(
  context: Context,
  name: string,
  environment: Environment,
  { early = false }: Pick<RehearsalStart, "early"> = {},
): Promise<Ground> {
  if (!isRehearsal(environment)) return groundOf(context, name, environment, await toolsStep(context));
  const toolchain = await toolchainStep(context);
  const choice = await chooseNodes(context.cacheDir, name, environment, {});
  const cluster = await rehearsalStep(context, name, environment, { toolchain, choice, early });
  return groundOf(context, name, environment, toolchain, cluster);
}

interface RehearsalStart {
  readonly toolchain: Toolchain;
  readonly choice: NodeChoice;
  /** Goes on from a first start while operators are still starting; see `operatorsStep`. Default: false. */
  readonly early?: boolean;
}

/** Starts the cluster of a rehearsal on the nodes that were chosen, or finds it running. */
export async function rehearsalStep(
  context: Context,
  name: string,
  environment: RehearsalEnvironment,
  { toolchain, choice, early = false }: RehearsalStart,
): Promise<RunningCluster> {
  const { crds, seed, cluster: program } = toolchain;
  const { nodes, zones: count = environment.zones.length } = choice;
  const parts =
    nodes === "simulated"
      ? { crds, seed }
      : {
          crds,
          seed,
          real: await nodesStep(context, environment.zones.slice(0, count), nodes === "real"),
          noSimulated: nodes === "real",
        };
  const cluster = await clusterStep(context, clusterPlan(name, environment, parts), {
    binary: program.path,
    early,
  });
  context.findings.cluster = cluster;
  context.findings.nodes = nodes;
  return cluster;
}

/** How a rehearsal cluster is reached, if it runs. */
export interface RehearsalAccess {
  readonly kubeconfig: string;
  readonly context: string;
}

export function accessTo({ phase, kubeconfig, context }: ClusterStatus): RehearsalAccess | undefined {
  return phase === "ready" && kubeconfig !== undefined ? { kubeconfig, context } : undefined;
}

/** Says where the engine and its state are, starting nothing. `rehearsal` is the cluster of one, if it runs. */
export async function groundOf(
  context: Context,
  name: string,
  { cluster }: Environment,
  tools: Tools,
  rehearsal?: RehearsalAccess,
): Promise<Ground> {
  const state = cluster.provider === "rehearsal" ? "private" : "own";
  const kubeconfig = rehearsal?.kubeconfig;
  const place = await enginePlace(context, { name, tools, state, ...(kubeconfig && { kubeconfig }) });
  context.findings.plugins = place.home.plugins;
  const kubectl = tools.kubectl.path;
  if (rehearsal) return { place, access: { kubectl, kubeconfig: rehearsal.kubeconfig, context: rehearsal.context } };
  return { place, ...(state === "own" && { access: { kubectl, context: cluster.context } }) };
}

/** Outside a rehearsal the state must outlive this machine's cache: the person says where it is kept. */
export function requireOwnState(name: string, environment: Environment, env: Context["env"]): void {
  if (isRehearsal(environment) || env.PULUMI_BACKEND_URL) return;
  throw new Failure(
    EXIT.usage,
    `${name} is no rehearsal, and nothing says where its state is kept: PULUMI_BACKEND_URL is not set.`,
    "Set it to a place that outlives this machine, such as s3://<bucket> or https://api.pulumi.com.",
  );
}
