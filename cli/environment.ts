import { join } from "node:path";
import { type ClusterPlan, clusterConfig, type RealNodes, RehearsalError, type Toolchain } from "../rehearsal/index.ts";
import { type Environment, EnvironmentError, loadEnvironment } from "../stacks/environment.ts";
import { PROJECT_DIR } from "./context.ts";
import { EXIT, Failure } from "./failure.ts";

/** An environment whose cluster is a rehearsal on this machine. */
export type RehearsalEnvironment = Environment & {
  readonly cluster: Extract<Environment["cluster"], { provider: "rehearsal" }>;
};

/**
 * Reads `<dir>/<name>.yaml`. A file that does not hold, or asks for a rehearsal cluster that cannot be, is refused with
 * every problem in it, before anything else. Default of `dir`: `stacks`.
 */
export function readEnvironment(name: string, dir: string = join(PROJECT_DIR, "stacks")): Environment {
  try {
    const environment = loadEnvironment(name, dir);
    if (isRehearsal(environment)) checkCluster(name, environment, join(dir, `${name}.yaml`));
    return environment;
  } catch (error) {
    if (error instanceof EnvironmentError) throw new Failure(EXIT.usage, error.message, undefined, { cause: error });
    throw error;
  }
}

/** Else the run would fail when the tools are built, or when the provider looks for a context that nobody makes. */
function checkCluster(name: string, environment: RehearsalEnvironment, file: string): void {
  const context = `plumbline-${name}`;
  if (environment.cluster.context !== context)
    throw new EnvironmentError(file, [
      {
        field: "cluster.context",
        given: environment.cluster.context,
        allowed: `${context}, as the rehearsal calls it`,
      },
    ]);
  try {
    clusterConfig(clusterPlan(name, environment, { crds: [], seed: "" }));
  } catch (error) {
    if (!(error instanceof RehearsalError)) throw error;
    const problems = error.fix.replaceAll(/^ {2}(?=node)/gm, "  cluster.");
    throw new Failure(EXIT.usage, `${file} cannot be used:\n${problems}`, undefined, { cause: error });
  }
}

export function isRehearsal(environment: Environment): environment is RehearsalEnvironment {
  return environment.cluster.provider === "rehearsal";
}

/** What a cluster is made of beside its environment. */
export interface ClusterParts extends Pick<Toolchain, "crds" | "seed"> {
  /** Without: all nodes are simulated. */
  readonly real?: RealNodes;
  /** Real nodes alone. */
  readonly noSimulated?: boolean;
}

/** The rehearsal cluster that an environment asks for. Its name is that of the environment, and so is its context. */
export function clusterPlan(
  name: string,
  { region, zones, cluster }: RehearsalEnvironment,
  { noSimulated = false, ...parts }: ClusterParts,
): ClusterPlan {
  const nodesPerZone = noSimulated ? 0 : cluster.nodesPerZone;
  return { name, region, zones, nodesPerZone, node: cluster.node, ...parts };
}
