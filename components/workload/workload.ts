import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { labels, selector } from "../core/labels.ts";
import type { Consumer, Usable } from "../core/usage.ts";
import { type RelationsPlan, relate, relationsPlan } from "./relations.ts";
import type { WorkloadTransforms } from "./workload-args.ts";
import type { AccountPlan } from "./workload-plan.ts";

/** What surrounds the pods of a workload. */
interface Surroundings {
  readonly account: AccountPlan;
  readonly relations: RelationsPlan;
  readonly network: pulumi.Input<types.input.networking.v1.NetworkPolicySpec>;
}

/** A program of a team's own: what it has in common, whoever makes its pods and however many. */
export abstract class Workload extends Component {
  readonly name: string;
  readonly namespace: Namespace;

  protected constructor(
    type: "Microservice" | "Worker" | "CronTask",
    name: string,
    namespace: Namespace,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super(`workload:${type}`, name, opts, [namespace]);
    this.name = name;
    this.namespace = namespace;
  }

  /** Has what it uses granted to it. `maxPods`: how many of its pods may hold on to that at once. */
  protected relations(uses: readonly Usable[], maxPods: number): RelationsPlan {
    const consumer: Consumer = {
      name: this.name,
      namespace: this.namespace.name,
      podLabels: selector(this.name),
      maxReplicas: maxPods,
      opts: this.childOptions(),
    };
    return relationsPlan(this.name, relate(uses, consumer));
  }

  /** Makes what must stand before its pods do, and tells it. */
  protected surround(
    { account, relations, network }: Surroundings,
    transform: WorkloadTransforms | undefined,
  ): pulumi.Resource[] {
    const { name, namespace } = this;
    const identities = account.identities.map(
      (identity) =>
        new CustomResource(
          ...this.child(identity.metadata.name, identity, transform?.identity, { dependsOn: [...relations.issuers] }),
        ),
    );
    const metadata = { name, namespace: namespace.name, labels: labels(name) };
    const first: pulumi.Resource[] = [
      new ServiceAccount(...this.child(name, account.serviceAccount, transform?.serviceAccount)),
      new NetworkPolicy(...this.child(name, { metadata, spec: network }, transform?.networkPolicy)),
    ];
    if (account.role && account.roleBinding) {
      const role = new Role(...this.child(name, account.role, transform?.role));
      first.push(new RoleBinding(...this.child(name, account.roleBinding, undefined, { dependsOn: role })));
    }
    return [...first, ...identities, ...relations.dependsOn];
  }
}
