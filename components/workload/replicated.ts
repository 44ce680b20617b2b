import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import { isOptOut } from "../core/opt-out.ts";
import { showDashboard } from "../observability/dashboards/dashboard.ts";
import { dashboardPlan } from "../observability/dashboards/dashboard-plan.ts";
import { type Shown, serviceDashboard, serviceRows } from "../observability/dashboards/service-dashboard.ts";
import type { CompleteReplicas, ReplicasTransforms } from "./replicas-args.ts";
import { REPLICAS, type ReplicasPlan } from "./replicas-plan.ts";
import { Workload } from "./workload.ts";

/** A workload whose replicas are alike, and run until they are told to end. */
export abstract class Replicated extends Workload {
  /**
   * Makes the replicas, when what must stand before them does, with their autoscaler, budget and monitor. `pods` makes what makes the
   * pods: a deployment, unless a workload has another way.
   */
  protected replicate(
    plan: ReplicasPlan,
    transform: ReplicasTransforms | undefined,
    before: readonly pulumi.Resource[],
    pods = (opts: pulumi.CustomResourceOptions): pulumi.Resource =>
      new Deployment(
        ...this.child<types.input.apps.v1.Deployment>(this.name, plan.deployment, transform?.deployment, opts),
      ),
  ): pulumi.Resource {
    const { name } = this;
    const { autoscaler } = plan;
    const replicas = pods({ dependsOn: [...before], ignoreChanges: autoscaler ? [REPLICAS] : [] });
    if (autoscaler)
      new HorizontalPodAutoscaler(...this.child(name, autoscaler, transform?.autoscaler, { dependsOn: replicas }));
    new PodDisruptionBudget(...this.child(name, plan.disruptionBudget, transform?.disruptionBudget));
    if (plan.monitor) new CustomResource(...this.child(`${name}-monitor`, plan.monitor, transform?.monitor));
    return replicas;
  }

  /** Makes its dashboard, unless that is stepped down from. */
  protected show(
    { runtime, metrics, scaling, dashboard }: Pick<CompleteReplicas, "runtime" | "metrics" | "scaling" | "dashboard">,
    what: Pick<Shown, "serves" | "objectives" | "runbooks">,
    transform: ReplicasTransforms | undefined,
  ): void {
    if (isOptOut(dashboard)) return;
    const { name, namespace } = this;
    const told = isOptOut(metrics) ? "nothing" : runtime === "node" ? "chassis" : "requests";
    const scales = scaling.min !== scaling.max;
    const shown: Shown = { name, namespace: namespace.name, scales, told, ...what };
    const plan = dashboardPlan(serviceDashboard(shown), serviceRows(shown));
    showDashboard(namespace, plan, this.children(), transform?.dashboard);
  }
}
