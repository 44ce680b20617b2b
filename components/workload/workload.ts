import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { Role } from "@pulumi/kubernetes/rbac/v1/role.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import { labels, selector } from "../core/labels.ts";
import { monitorPlan } from "../core/monitor.ts";
import type { Consumer } from "../core/usage.ts";
import { directoryOf } from "./calls/directory.ts";
import { CALLS_ANNOTATION, callsConfig, sidecarPlan, withCalls } from "./calls/sidecar.ts";
import { type RelationsPlan, relate, relationsPlan } from "./relations.ts";
import type { CompleteWorkload, WorkloadTransforms } from "./workload-args.ts";
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
  readonly #subject: string;

  /** `problems`: what is wrong with its own arguments. All is told at once, with its ways to others as far as they are known. */
  protected constructor(
    type: `workload:${"Microservice" | "Worker" | "CronTask"}` | "observability:Dashboards",
    name: string,
    { namespace, calls, uses }: Pick<CompleteWorkload, "namespace" | "calls" | "uses">,
    problems: readonly Problem[],
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const subject = `${type.replace(/.+:/, "")} "${name}"`;
    const directory = directoryOf(namespace);
    const found = [...problems, ...directory.problems(name, calls, uses)];
    if (found.length > 0) {
      directory.refuse(name);
      refuse(subject, [...found, ...directory.mistyped(calls)]);
    }
    super(type, name, opts, [namespace]);
    this.name = name;
    this.namespace = namespace;
    this.#subject = subject;
  }

  /** Has what it uses granted to it. `maxPods`: how many of its pods may hold on to that at once. */
  protected relations(
    { uses, calls, telemetry, profiles }: Pick<CompleteWorkload, "uses" | "calls" | "telemetry" | "profiles">,
    maxPods: number,
  ): RelationsPlan {
    const consumer: Consumer = {
      name: this.name,
      namespace: this.namespace.name,
      podLabels: selector(this.name),
      maxReplicas: maxPods,
      opts: this.childOptions(),
    };
    for (const way of [telemetry, profiles])
      way?.admit?.({ namespace: consumer.namespace, podLabels: consumer.podLabels });
    const plan = relationsPlan(this.name, relate(uses, consumer));
    const called = directoryOf(this.namespace).call({ ...consumer, subject: this.#subject, uses }, calls);
    if (Object.keys(calls).length === 0) return plan;
    const callees = pulumi.output(called);
    const config = callees.apply((known) => callsConfig(this.namespace.name, calls, known));
    return { ...plan, calls: { ...sidecarPlan(calls), callees, annotations: { [CALLS_ANNOTATION]: config } } };
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
    const { calls } = relations;
    const spec = calls
      ? pulumi.all([network, calls.callees]).apply(([own, callees]) => withCalls(own, namespace.name, callees))
      : network;
    const first: pulumi.Resource[] = [
      new ServiceAccount(...this.child(name, account.serviceAccount, transform?.serviceAccount)),
      new NetworkPolicy(...this.child(name, { metadata, spec }, transform?.networkPolicy)),
    ];
    if (calls) this.#measureCalls();
    if (account.role && account.roleBinding) {
      const role = new Role(...this.child(name, account.role, transform?.role));
      first.push(new RoleBinding(...this.child(name, account.roleBinding, undefined, { dependsOn: role })));
    }
    return [...first, ...identities, ...relations.dependsOn];
  }

  /** Has what the proxy counts that makes its calls read from every pod. */
  #measureCalls(): void {
    const name = `${this.name}-calls`;
    const endpoint = { port: "calls", path: "/stats/prometheus" };
    const monitor = monitorPlan("Pod", name, this.namespace.name, selector(this.name), endpoint);
    new CustomResource(...this.child(`${name}-monitor`, monitor));
  }
}
