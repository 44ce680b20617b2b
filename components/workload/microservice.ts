import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { labels, selector } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import type { Consumer, Grant, Peer, Usable } from "../core/usage.ts";
import type { MicroserviceArgs } from "./microservice-args.ts";
import { complete, microservicePlan, networkPlan, REPLICAS, SURGE } from "./microservice-plan.ts";
import { microserviceProblems } from "./microservice-problems.ts";
import { relate, relationsPlan } from "./relations.ts";

/**
 * A team's service, ready for production: replicas that scale and are spread over zones and hosts, probes, a drained
 * end, pod security `restricted`, a disruption budget, metrics, and for each relation in `uses` credentials, environment,
 * network policies in both directions and start-up order. It is itself a relation: `uses: [inventory]` gives another
 * service `INVENTORY_HOST`, `INVENTORY_PORT` and `INVENTORY_URL`, and the way to it.
 */
export class Microservice extends Component implements Usable {
  readonly name: string;
  readonly namespace: Namespace;
  readonly port: number;
  readonly usableName: string;
  /** Address inside the cluster. */
  readonly url: string;
  readonly #consumers: Ledger<Pick<Peer, "namespace" | "podLabels">>;
  readonly #deployment: Deployment;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const full = complete(args);
    refuse(`Microservice "${name}"`, microserviceProblems(name, full));
    super("workload:Microservice", name, opts, [args.namespace]);
    const { namespace, port, transform } = full;
    this.name = name;
    this.usableName = name;
    this.namespace = namespace;
    this.port = port;
    this.url = `http://${this.#host}:${port}`;
    this.#consumers = new Ledger(`Microservice "${name}"`);

    const consumer: Consumer = {
      name,
      namespace: namespace.name,
      podLabels: selector(name),
      // While an update rolls, those that end hold on to what they use until they have drained.
      maxReplicas: 2 * full.scaling.max + SURGE,
      opts: this.childOptions(),
    };
    const relations = relationsPlan(name, relate(full.uses, consumer));
    const plan = microservicePlan(name, full, relations);

    const identities = plan.identities.map(
      (identity) =>
        new CustomResource(
          ...this.child(identity.metadata.name, identity, transform?.identity, { dependsOn: [...relations.issuers] }),
        ),
    );
    const spec = this.#consumers.entries.apply((consumers) => networkPlan(name, full, consumers, relations.peers));
    const network = new NetworkPolicy(
      ...this.child(
        name,
        { metadata: { name, namespace: namespace.name, labels: labels(name) }, spec },
        transform?.networkPolicy,
      ),
    );
    const account = new ServiceAccount(...this.child(name, plan.serviceAccount, transform?.serviceAccount));
    this.#deployment = new Deployment(
      ...this.child(name, plan.deployment, transform?.deployment, {
        dependsOn: [account, network, ...identities, ...relations.dependsOn],
        ignoreChanges: [REPLICAS],
      }),
    );
    const running = { dependsOn: this.#deployment };
    new Service(...this.child(name, plan.service, transform?.service, running));
    new HorizontalPodAutoscaler(...this.child(name, plan.autoscaler, transform?.autoscaler, running));
    new PodDisruptionBudget(...this.child(name, plan.disruptionBudget, transform?.disruptionBudget));
    if (plan.monitor) new CustomResource(...this.child(`${name}-monitor`, plan.monitor, transform?.monitor));
    this.registerOutputs({ url: this.url });
  }

  get #host(): string {
    return `${this.name}.${this.namespace.name}.svc`;
  }

  grant({ namespace, podLabels }: Consumer): Grant {
    this.#consumers.add({ namespace, podLabels });
    return {
      environment: { HOST: this.#host, PORT: String(this.port), URL: this.url },
      files: {},
      peers: [{ namespace: this.namespace.name, podLabels: selector(this.name), port: this.port }],
      dependsOn: [this.#deployment],
      revision: "",
    };
  }
}
