import type { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import type * as pulumi from "@pulumi/pulumi";
import { refuse } from "../core/invalid.ts";
import { selector } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import type { Consumer, Grant, Peer, Usable } from "../core/usage.ts";
import { directoryOf } from "./calls/directory.ts";
import { podsServiceName } from "./calls/sidecar.ts";
import { completeMicroservice, type MicroserviceArgs } from "./microservice-args.ts";
import { microserviceNetwork, microservicePlan } from "./microservice-plan.ts";
import { microserviceProblems } from "./microservice-problems.ts";
import { mostPods } from "./replicas-plan.ts";
import { Replicated } from "./replicated.ts";

/**
 * A team's service, ready for production: replicas that scale and are spread over zones and hosts, probes, a drained
 * end, pod security `restricted`, a disruption budget, metrics, and for each relation in `uses` credentials, environment,
 * network policies in both directions and start-up order; for each service in `calls` timeouts, retries, a breaker and a bulkhead. It is itself a relation: `uses: [inventory]` gives another
 * service `INVENTORY_HOST`, `INVENTORY_PORT` and `INVENTORY_URL`, and the way to it.
 */
export class Microservice extends Replicated implements Usable {
  readonly port: number;
  readonly usableName: string;
  /** Address inside the cluster. */
  readonly url: string;
  /** Its Services: the one with an address, and the headless one if somebody calls it. What switches it switches all of them. */
  readonly serviceNames: pulumi.Output<readonly string[]>;
  readonly #consumers: Ledger<Pick<Peer, "namespace" | "podLabels">>;
  readonly #deployment: Deployment;

  constructor(name: string, args: MicroserviceArgs, opts?: pulumi.ComponentResourceOptions) {
    const full = completeMicroservice(args);
    refuse(`Microservice "${name}"`, microserviceProblems(name, full));
    super("Microservice", name, full, opts);
    const { port, transform } = full;
    this.usableName = name;
    this.port = port;
    this.url = `http://${this.#host}:${port}`;
    this.#consumers = new Ledger(`Microservice "${name}"`);

    const relations = this.relations(full, mostPods(full));
    const plan = microservicePlan(name, full, relations);
    const network = this.#consumers.entries.apply((consumers) =>
      microserviceNetwork(name, full, consumers, relations.peers),
    );
    const before = this.surround({ account: plan.account, relations, network }, transform);
    this.#deployment = this.replicate(plan, transform, before);
    const service = (args: typeof plan.service, resource: string) =>
      new Service(...this.child(resource, args, transform?.service, { dependsOn: this.#deployment }));
    service(plan.service, name);
    let pods: Service | undefined;
    directoryOf(full.namespace).declare({
      name,
      port,
      longestRequest: full.shutdown.longestRequest,
      usable: this,
      admit: ({ namespace, podLabels }) => {
        this.#consumers.add({ namespace, podLabels });
        pods ??= service(plan.pods, podsServiceName(name));
      },
    });
    this.serviceNames = this.#consumers.entries.apply(() => (pods ? [name, podsServiceName(name)] : [name]));
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
