import { CustomResourceDefinition } from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { selector } from "../core/labels.ts";
import { type Source, type Way, wayTo } from "../core/source.ts";
import type { Usable } from "../core/usage.ts";
import { Worker, type WorkerArgs } from "../workload/worker.ts";
import {
  argumentsOf,
  definitionPlan,
  PROBES,
  RESOURCES,
  RIGHTS,
  refusePrometheus,
  rolePlan,
  rolesBindingPlan,
  SCALING,
} from "./release-controller-plan.ts";

export interface ReleaseControllerArgs extends Pick<WorkerArgs, "namespace" | "image" | "zones" | "transform"> {
  /**
   * What it asks how a version does: `{ from: monitoring.query }`, or `{ url: "http://prometheus.monitoring.svc:9090" }` of somebody
   * else's. Without it, releases with an analysis are refused.
   */
  readonly prometheus?: Source;
}

const PORT = 9090;

/**
 * What carries out the blue-green and canary releases of a cluster, needed once: the kind Release, and three replicas of its controller,
 * of which one works. A rehearsal cluster has it by itself. The definition stays when the component is deleted: with it would go every
 * release, and their pods.
 */
export class ReleaseController extends Component {
  constructor(name: string, args: ReleaseControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, image, zones, prometheus, transform } = args;
    refusePrometheus(name, prometheus);
    super("delivery:ReleaseController", name, opts, [namespace]);
    const pods = { name, namespace: namespace.name, podLabels: selector(name), maxReplicas: SCALING.max };
    const way = prometheus && wayTo(prometheus, { ...pods, opts: this.childOptions() });
    const definition = new CustomResourceDefinition(
      ...this.child(name, definitionPlan(), undefined, { retainOnDelete: true }),
    );
    const role = new ClusterRole(...this.child(name, rolePlan(name)));
    const binding = new ClusterRoleBinding(
      ...this.child(name, rolesBindingPlan(name, namespace.name), undefined, { dependsOn: role }),
    );
    new Worker(
      name,
      {
        namespace,
        image,
        zones,
        args: argumentsOf(PORT, way?.url),
        adminPort: PORT,
        runtime: "go",
        resources: RESOURCES,
        scaling: SCALING,
        probes: PROBES,
        rights: RIGHTS,
        ...(way && { uses: [reachable(way)] }),
        ...(transform && { transform }),
      },
      { parent: this, dependsOn: [definition, binding] },
    );
    this.registerOutputs({});
  }
}

/** The way to Prometheus, whose address is among the arguments. */
function reachable({ peers, dependsOn }: Way): Usable {
  return {
    usableName: "prometheus",
    grant: () => ({ environment: {}, files: {}, peers, dependsOn, revision: "" }),
  };
}
