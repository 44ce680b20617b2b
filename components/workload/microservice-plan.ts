import type { types } from "@pulumi/kubernetes";
import { seconds } from "../core/duration.ts";
import { labels, selector } from "../core/labels.ts";
import { admit } from "../core/network.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import type { Peer } from "../core/usage.ts";
import { podsServiceName } from "./calls/sidecar.ts";
import type { CompleteMicroservice } from "./microservice-args.ts";
import type { RelationsPlan } from "./relations.ts";
import { admitMetrics, type ReplicasPlan, replicasPlan } from "./replicas-plan.ts";
import { servingShutdown } from "./shutdown.ts";
import { type AccountPlan, accountPlan, networkPlan } from "./workload-plan.ts";

export interface MicroservicePlan extends ReplicasPlan {
  readonly account: AccountPlan;
  readonly service: types.input.core.v1.Service;
  /** Names each ready pod, for callers that choose among them themselves. It has no other port: a monitor would read it twice. */
  readonly pods: types.input.core.v1.Service;
}

/** Every resource of a microservice but its network policy, which also needs its consumers. */
export function microservicePlan(name: string, args: CompleteMicroservice, relations: RelationsPlan): MicroservicePlan {
  const { port, adminPort, shutdown, probes, metrics, replication, rights } = args;
  const namespace = args.namespace.name;
  const ports = { api: port, admin: adminPort };
  const servicePorts = Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port }));
  return {
    account: accountPlan(name, namespace, relations, rights),
    ...replicasPlan(name, args, {
      relations,
      ports,
      environment: { PORT: String(port) },
      shutdown: servingShutdown(shutdown.drain, shutdown.longestRequest),
      drainSeconds: seconds(shutdown.drain),
      monitored: "Service",
    }),
    service: {
      metadata: {
        name,
        namespace,
        labels: labels(name),
        annotations: optOutAnnotations({ probes, metrics, replication }),
      },
      spec: {
        selector: selector(name),
        ports: servicePorts,
      },
    },
    pods: {
      metadata: { name: podsServiceName(name), namespace, labels: labels(name) },
      spec: {
        clusterIP: "None",
        selector: selector(name),
        ports: servicePorts.filter(({ name }) => name === "api"),
      },
    },
  };
}

/** Who may come in and where it may send: its consumers on the API, what reads metrics on the admin port, what it uses. */
export function microserviceNetwork(
  name: string,
  args: Pick<CompleteMicroservice, "port" | "adminPort" | "metrics" | "rights">,
  consumers: readonly Pick<Peer, "namespace" | "podLabels">[],
  peers: readonly Peer[],
): types.input.networking.v1.NetworkPolicySpec {
  return networkPlan(name, [...admit(consumers, [args.port]), ...admitMetrics(args)], peers, args.rights);
}
