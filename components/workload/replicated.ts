import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import type { ReplicasTransforms } from "./replicas-args.ts";
import { REPLICAS, type ReplicasPlan } from "./replicas-plan.ts";
import { Workload } from "./workload.ts";

/** A workload whose replicas are alike, and run until they are told to end. */
export abstract class Replicated extends Workload {
  /** Makes the replicas, when what must stand before them does, with their autoscaler, budget and monitor. */
  protected replicate(
    plan: ReplicasPlan,
    transform: ReplicasTransforms | undefined,
    before: readonly pulumi.Resource[],
  ): Deployment {
    const { name } = this;
    const deployment = new Deployment(
      ...this.child(name, plan.deployment, transform?.deployment, {
        dependsOn: [...before],
        ignoreChanges: [REPLICAS],
      }),
    );
    new HorizontalPodAutoscaler(...this.child(name, plan.autoscaler, transform?.autoscaler, { dependsOn: deployment }));
    new PodDisruptionBudget(...this.child(name, plan.disruptionBudget, transform?.disruptionBudget));
    if (plan.monitor) new CustomResource(...this.child(`${name}-monitor`, plan.monitor, transform?.monitor));
    return deployment;
  }
}
