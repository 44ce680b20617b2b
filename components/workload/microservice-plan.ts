import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { type Duration, seconds } from "../core/duration.ts";
import { labels, selector } from "../core/labels.ts";
import { admit } from "../core/network.ts";
import { objectiveAnnotations } from "../core/objectives.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import type { Destination, Pods } from "../core/usage.ts";
import { RELEASE_KIND, type ReleaseManifest, releasePlan, releaseTime } from "../delivery/release-plan.ts";
import { podsServiceName } from "./calls/sidecar.ts";
import type { CompleteMicroservice } from "./microservice-args.ts";
import type { RelationsPlan } from "./relations.ts";
import { admitMetrics, PROGRESS_SECONDS, type ReplicasPlan, replicasPlan } from "./replicas-plan.ts";
import { servingShutdown } from "./shutdown.ts";
import { type AccountPlan, accountPlan, networkPlan } from "./workload-plan.ts";

/** The metric of its pods by which an autoscaler knows their load: the rate of `http_requests_total`. */
const REQUESTS_PER_SECOND = "http_requests_per_second";

export interface MicroservicePlan extends ReplicasPlan {
  readonly account: AccountPlan;
  readonly service: types.input.core.v1.Service;
  /** Takes the place of the deployment, unless the release is rolling. */
  readonly release: ReleaseOf | undefined;
  /** Names each ready pod, for callers that choose among them themselves. It has no other port: a monitor would read it twice. */
  readonly pods: types.input.core.v1.Service;
}

interface ReleaseOf {
  readonly manifest: ReleaseManifest;
  readonly longest: Duration;
}

/**
 * Every resource of a microservice but its network policy, which also needs its consumers. `services` are those that a release switches:
 * its own, and the one that names its pods if somebody calls it.
 */
export function microservicePlan(
  name: string,
  args: CompleteMicroservice,
  relations: RelationsPlan,
  services: pulumi.Input<string[]> = [name],
): MicroservicePlan {
  const { port, adminPort, shutdown, probes, metrics, replication, alerts, dashboard, rights, objectives, release } =
    args;
  const { requestsPerSecond } = args.scaling;
  const namespace = args.namespace.name;
  const ports = { api: port, admin: adminPort };
  const replicas = replicasPlan(name, args, {
    relations,
    ports,
    environment: { PORT: String(port) },
    shutdown: servingShutdown(shutdown.drain, shutdown.longestRequest),
    drainSeconds: seconds(shutdown.drain),
    priority: "service",
    annotations: { ...optOutAnnotations({ alerts }), ...objectiveAnnotations(objectives) },
    podMetrics: requestsPerSecond === undefined ? {} : { [REQUESTS_PER_SECOND]: requestsPerSecond },
    monitored: "Service",
    ...(release.kind !== "rolling" && { scaled: RELEASE_KIND }),
  });
  const servicePorts = Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port }));
  return {
    account: accountPlan(name, namespace, relations, rights),
    ...replicas,
    release:
      release.kind === "rolling"
        ? undefined
        : {
            manifest: releasePlan(replicas.deployment, release, services, objectives),
            longest: releaseTime(release, `${PROGRESS_SECONDS}s`),
          },
    service: {
      metadata: {
        name,
        namespace,
        labels: labels(name),
        annotations: {
          ...optOutAnnotations({ probes, metrics, replication, alerts, dashboard }),
          ...objectiveAnnotations(objectives),
        },
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
  args: Pick<CompleteMicroservice, "port" | "adminPort" | "metrics" | "rights" | "telemetry" | "profiles">,
  consumers: readonly Pods[],
  peers: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return networkPlan(name, [...admit(consumers, [args.port]), ...admitMetrics(args)], peers, args);
}
