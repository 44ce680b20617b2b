import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type * as pulumi from "@pulumi/pulumi";
import { selector } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import { targetsOf } from "../core/objectives.ts";
import type { Consumer, Grant, Pods, Usable } from "../core/usage.ts";
import { SERVICE_SELECTOR } from "../delivery/release-plan.ts";
import { Objective } from "../observability/objective.ts";
import { directoryOf } from "./calls/directory.ts";
import { podsServiceName } from "./calls/sidecar.ts";
import { type CompleteMicroservice, completeMicroservice, type MicroserviceArgs } from "./microservice-args.ts";
import { type MicroservicePlan, microserviceNetwork, microservicePlan } from "./microservice-plan.ts";
import { microserviceProblems } from "./microservice-problems.ts";
import { mostPods } from "./replicas-plan.ts";
import { Replicated } from "./replicated.ts";

/**
 * A team's service, ready for production: replicas that scale and are spread over zones and hosts, probes, a drained
 * end, pod security `restricted`, a disruption budget, metrics, alerts on its objectives, and for each relation in `uses` credentials, environment,
 * network policies in both directions and start-up order; for each service in `calls` a timeout, retries, a breaker and a bulkhead. It is
 * itself a relation: `uses: [inventory]` gives another service `INVENTORY_HOST`, `INVENTORY_PORT` and `INVENTORY_URL`, and the way to it.
 */
export class Microservice extends Replicated implements Usable {
  readonly port: number;
  readonly usableName: string;
  /** Address inside the cluster. */
  readonly url: string;
  readonly #consumers: Ledger<Pods>;
  readonly #replicas: pulumi.Resource;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const full = completeMicroservice(args);
    super("workload:Microservice", name, full, microserviceProblems(name, full), opts);
    const { port, transform } = full;
    this.usableName = name;
    this.port = port;
    this.url = `http://${this.#host}:${port}`;
    this.#consumers = new Ledger(`Microservice "${name}"`);

    const relations = this.relations(full, mostPods(full));
    // Who calls it is known when the program has run: only then is there a Service that names its pods.
    let pods: Service | undefined;
    const services = this.#consumers.entries.apply(() => (pods ? [name, podsServiceName(name)] : [name]));
    const plan = microservicePlan(name, full, relations, services);
    const network = this.#consumers.entries.apply((consumers) =>
      microserviceNetwork(name, full, consumers, relations.peers),
    );
    const before = this.surround({ account: plan.account, relations, network }, transform);
    this.#replicas = this.replicate(plan, transform, before, this.#released(plan, transform));
    const switched = full.release.kind === "blueGreen" ? { ignoreChanges: [SERVICE_SELECTOR] } : {};
    new Service(...this.child(name, plan.service, transform?.service, { dependsOn: this.#replicas, ...switched }));
    this.#watch(full);
    const { objectives, alerts, runbooks } = full;
    // What is stepped down from is not recorded, either.
    this.show(full, { serves: true, objectives: alerts ? {} : objectives, runbooks }, transform);
    directoryOf(full.namespace).declare({
      name,
      port,
      longestRequest: full.shutdown.longestRequest,
      usable: this,
      admit: ({ namespace, podLabels }) => {
        this.#consumers.add({ namespace, podLabels });
        // Not after the replicas: a release that switches it waits for it.
        pods ??= new Service(
          ...this.child(podsServiceName(name), plan.pods, undefined, { dependsOn: before, ...switched }),
        );
      },
    });
    this.registerOutputs({ url: this.url });
  }

  /** What makes the pods where a release controller does; nothing where a deployment does. */
  #released({ release }: MicroservicePlan, transform: MicroserviceArgs["transform"]) {
    if (release === undefined) return undefined;
    const { manifest, longest: create } = release;
    const customTimeouts = { create, update: create };
    return (opts: pulumi.CustomResourceOptions) =>
      new CustomResource(...this.child(this.name, manifest, transform?.release, { ...opts, customTimeouts }));
  }

  /** Has its objectives watched, if it has any. */
  #watch({ namespace, objectives, alerts, team, runbooks, transform }: CompleteMicroservice): void {
    if (alerts !== undefined || targetsOf(objectives).length === 0) return;
    const args = { namespace, objectives, team, runbooks, transform: { rules: transform?.rules } };
    new Objective(this.name, args, { parent: this });
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
      dependsOn: [this.#replicas],
      revision: "",
    };
  }
}
