import type { ClusterPlan, Toolchain } from "../rehearsal/index.ts";
import { type Environment, EnvironmentError, loadEnvironment } from "../stacks/environment.ts";
import { EXIT, Failure } from "./failure.ts";

/** An environment whose cluster is a rehearsal on this machine. */
export type RehearsalEnvironment = Environment & {
  readonly cluster: Extract<Environment["cluster"], { provider: "rehearsal" }>;
};

/** Reads `stacks/<name>.yaml`. A file that does not hold is refused with every problem in it, before anything else. */
export function readEnvironment(name: string, dir?: string): Environment {
  try {
    return loadEnvironment(name, dir);
  } catch (error) {
    if (error instanceof EnvironmentError) throw new Failure(EXIT.usage, error.message, undefined, { cause: error });
    throw error;
  }
}

export function isRehearsal(environment: Environment): environment is RehearsalEnvironment {
  return environment.cluster.provider === "rehearsal";
}

/** The rehearsal cluster that an environment asks for. Its name is that of the environment, and so is its context. */
export function clusterPlan(name: string, environment: RehearsalEnvironment, { crds, seed }: Toolchain): ClusterPlan {
  const { region, zones, cluster } = environment;
  return { name, region, zones, nodesPerZone: cluster.nodesPerZone, node: cluster.node, crds, seed };
}
