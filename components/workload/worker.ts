import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../core/duration.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import { selector } from "../core/labels.ts";
import type { RelationsPlan } from "./relations.ts";
import { completeReplicas, type ReplicasArgs, type ReplicasTransforms } from "./replicas-args.ts";
import { admitMetrics, mostPods, type ReplicasPlan, replicasPlan } from "./replicas-plan.ts";
import { replicasProblems } from "./replicas-problems.ts";
import { Replicated } from "./replicated.ts";
import { workingShutdown } from "./shutdown.ts";
import { type AccountPlan, accountPlan, egress } from "./workload-plan.ts";
import { durationProblems } from "./workload-problems.ts";

export interface WorkerArgs extends ReplicasArgs {
  /** What it has in hand when it is told to end gets this long; `30s` by default. */
  readonly longestTask?: Duration;
  readonly transform?: ReplicasTransforms;
}

const LONGEST_TASK: Duration = "30s";

export interface WorkerPlan extends ReplicasPlan {
  readonly account: AccountPlan;
  readonly network: types.input.networking.v1.NetworkPolicySpec;
}

/** Everything that is wrong with a worker's arguments. */
export function workerProblems(name: string, args: WorkerArgs): Problem[] {
  const problems = replicasProblems(name, completeReplicas(args));
  return args.longestTask === undefined
    ? problems
    : [...problems, ...durationProblems({ longestTask: args.longestTask })];
}

/** Every resource of a worker. Nobody sends to it, but what reads its metrics. */
export function workerPlan(name: string, args: WorkerArgs, relations: RelationsPlan): WorkerPlan {
  const full = completeReplicas(args);
  return {
    account: accountPlan(name, full.namespace.name, relations, full.rights),
    ...replicasPlan(name, full, {
      relations,
      ports: { admin: full.adminPort },
      environment: {},
      shutdown: workingShutdown(args.longestTask ?? LONGEST_TASK),
      monitored: "Pod",
    }),
    network: {
      podSelector: { matchLabels: selector(name) },
      policyTypes: ["Ingress", "Egress"],
      ingress: admitMetrics(full),
      egress: egress(relations.peers, full.rights),
    },
  };
}

/**
 * A program that takes work by itself, such as the consumer of a topic: all that a `Microservice` is, without an API, a Service or
 * consumers.
 *
 * ```ts
 * new Worker("mailer", { namespace, image, zones, uses: [kafka.topic("orders").consume] });
 * ```
 */
export class Worker extends Replicated {
  constructor(name: string, args: WorkerArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Worker "${name}"`, workerProblems(name, args));
    super("Worker", name, args.namespace, opts);
    const relations = this.relations(args.uses ?? [], mostPods(completeReplicas(args)));
    const plan = workerPlan(name, args, relations);
    this.replicate(plan, args.transform, this.surround({ ...plan, relations }, args.transform));
    this.registerOutputs({});
  }
}
