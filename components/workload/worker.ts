import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import type { Duration } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { callsProblems } from "./calls/call.ts";
import type { RelationsPlan } from "./relations.ts";
import { completeReplicas, type ReplicasArgs, type ReplicasTransforms } from "./replicas-args.ts";
import { admitMetrics, mostPods, type ReplicasPlan, replicasPlan } from "./replicas-plan.ts";
import { replicasProblems } from "./replicas-problems.ts";
import { Replicated } from "./replicated.ts";
import { workingShutdown } from "./shutdown.ts";
import { type AccountPlan, accountPlan, networkPlan } from "./workload-plan.ts";
import { spansProblems } from "./workload-problems.ts";

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

/** A worker's arguments with every default filled in. */
export function completeWorker(args: WorkerArgs) {
  return { ...completeReplicas(args), longestTask: args.longestTask ?? LONGEST_TASK };
}

type CompleteWorker = ReturnType<typeof completeWorker>;

/** Everything that is wrong with a worker's arguments. */
export function workerProblems(name: string, args: CompleteWorker): Problem[] {
  const own = { field: "longestTask", span: args.longestTask };
  return [
    ...replicasProblems(name, args, ["admin"]),
    ...spansProblems({ longestTask: args.longestTask }),
    ...callsProblems(args, own, { adminPort: args.adminPort }),
  ];
}

/** Every resource of a worker. Nobody sends to it, but what reads its metrics. */
export function workerPlan(name: string, args: CompleteWorker, relations: RelationsPlan): WorkerPlan {
  return {
    account: accountPlan(name, args.namespace.name, relations, args.rights),
    ...replicasPlan(name, args, {
      relations,
      ports: { admin: args.adminPort },
      environment: {},
      shutdown: workingShutdown(args.longestTask),
      priority: "worker",
      monitored: "Pod",
    }),
    network: networkPlan(name, admitMetrics(args), relations.peers, args),
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
    const full = completeWorker(args);
    super("workload:Worker", name, full, workerProblems(name, full), opts);
    const relations = this.relations(full, mostPods(full));
    const plan = workerPlan(name, full, relations);
    this.replicate(plan, args.transform, this.surround({ ...plan, relations }, args.transform));
    this.show(full, { serves: false }, args.transform);
    this.registerOutputs({});
  }
}
