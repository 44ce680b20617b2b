import { CustomResourceDefinition } from "@pulumi/kubernetes/apiextensions/v1/customResourceDefinition.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { selector } from "../core/labels.ts";
import { peersAt } from "../core/service-url.ts";
import type { Pods, Usable } from "../core/usage.ts";
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
  /** Where it asks how a version does, as `http://prometheus.monitoring.svc:9090`. Without it, releases with an analysis are refused. */
  readonly prometheus?: string;
}

const PORT = 9090;

/**
 * What carries out the blue-green and canary releases of a cluster, needed once: the kind Release, and three replicas of its controller,
 * of which one works. A rehearsal cluster has it by itself. The definition stays when the component is deleted: with it would go every
 * release, and their pods.
 */
export class ReleaseController extends Component {
  /** Its pods, for the network policy of the Prometheus that they ask. */
  readonly pods: Pods;

  constructor(name: string, args: ReleaseControllerArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, image, zones, prometheus, transform } = args;
    refusePrometheus(name, prometheus);
    super("delivery:ReleaseController", name, opts, [namespace]);
    this.pods = { namespace: namespace.name, podLabels: selector(name) };
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
        args: argumentsOf(PORT, prometheus),
        adminPort: PORT,
        runtime: "go",
        resources: RESOURCES,
        scaling: SCALING,
        probes: PROBES,
        rights: RIGHTS,
        ...(prometheus !== undefined && { uses: [reachable(prometheus)] }),
        ...(transform && { transform }),
      },
      { parent: this, dependsOn: [definition, binding] },
    );
    this.registerOutputs({});
  }
}

/** The way to an address, and nothing else. */
function reachable(url: string): Usable {
  return {
    usableName: "prometheus",
    grant: () => ({ environment: {}, files: {}, peers: peersAt(url), dependsOn: [], revision: "" }),
  };
}
