import type { types } from "@pulumi/kubernetes";
import { checksum } from "../core/checksum.ts";
import { labels, selector } from "../core/labels.ts";
import { admit, admitScrapers, reach } from "../core/network.ts";
import { isOptOut, optOutAnnotations } from "../core/opt-out.ts";
import { hundredths } from "../core/percent.ts";
import type { Peer } from "../core/usage.ts";
import type { CertificateManifest } from "../edge/cert-manager.ts";
import { certificatePlan } from "../edge/certificate-plan.ts";
import { DEFAULTS, type MicroserviceArgs, type Probes, type Scaling, type Shutdown } from "./microservice-args.ts";
import { podPlan, shutdownEnvironment } from "./pod-plan.ts";
import { identityName, type RelationsPlan } from "./relations.ts";
import { runtimeEnvironment } from "./runtime.ts";
import { type ServiceMonitorManifest, serviceMonitorPlan } from "./service-monitor.ts";

/** A microservice's arguments with every default filled in. */
export function complete(args: MicroserviceArgs) {
  return {
    ...DEFAULTS,
    ...args,
    scaling: { ...DEFAULTS.scaling, ...args.scaling } as Scaling,
    probes: isOptOut(args.probes) ? args.probes : ({ ...DEFAULTS.probes, ...args.probes } as Probes),
    shutdown: { ...DEFAULTS.shutdown, ...args.shutdown } as Shutdown,
    uses: args.uses ?? [],
    environment: args.environment ?? {},
  };
}

export type CompleteArgs = ReturnType<typeof complete>;

/** Old replica sets that are kept for a rollback. */
const KEPT_REVISIONS = 5;
/** An update that has not gone on for this long has failed. */
const PROGRESS_SECONDS = 300;
/** Replicas that an update starts before it ends old ones; it never ends one early. */
export const SURGE = 1;
/** The field that the autoscaler changes: a deployment says it once, when it is made, and an update leaves it alone. */
export const REPLICAS = "spec.replicas";
/** Replicas are taken away only when they were not needed for this long. */
const SCALE_DOWN_SECONDS = 300;
/** Lifetime of the certificate that a workload shows. */
const IDENTITY_LIFETIME = "30d";

export interface MicroservicePlan {
  readonly serviceAccount: types.input.core.v1.ServiceAccount;
  readonly deployment: types.input.apps.v1.Deployment;
  readonly service: types.input.core.v1.Service;
  readonly autoscaler: types.input.autoscaling.v2.HorizontalPodAutoscaler;
  readonly disruptionBudget: types.input.policy.v1.PodDisruptionBudget;
  readonly monitor: ServiceMonitorManifest | undefined;
  /** A certificate for each authority that signs for what it uses. */
  readonly identities: readonly CertificateManifest[];
}

/** Every resource of a microservice but its network policy, which also needs its consumers. */
export function microservicePlan(name: string, args: CompleteArgs, relations: RelationsPlan): MicroservicePlan {
  const { port, adminPort, metrics, scaling, resources, shutdown, runtime, replication, probes } = args;
  const namespace = args.namespace.name;
  const matchLabels = selector(name);
  const annotations = optOutAnnotations({ probes, metrics, replication });
  const metadata = { name, namespace, labels: labels(name), annotations };
  const ports = { api: port, admin: adminPort };
  const pod = podPlan({
    name,
    image: args.image,
    zones: args.zones,
    matchLabels,
    ports,
    environment: {
      PORT: String(port),
      ADMIN_PORT: String(adminPort),
      ...shutdownEnvironment(shutdown),
      ...runtimeEnvironment(runtime, resources),
      ...args.environment,
      ...relations.environment,
    },
    volumes: relations.volumes,
    resources,
    probes,
    shutdown,
  });
  return {
    serviceAccount: { metadata, automountServiceAccountToken: false },
    deployment: {
      metadata,
      spec: {
        replicas: scaling.min,
        selector: { matchLabels },
        revisionHistoryLimit: KEPT_REVISIONS,
        progressDeadlineSeconds: PROGRESS_SECONDS,
        strategy: { type: "RollingUpdate", rollingUpdate: { maxSurge: SURGE, maxUnavailable: 0 } },
        template: {
          metadata: {
            labels: labels(name),
            annotations: { ...annotations, "plumbline.dev/config-checksum": checksum(relations.revisions) },
          },
          spec: pod,
        },
      },
    },
    service: {
      metadata,
      spec: {
        selector: matchLabels,
        ports: Object.entries(ports).map(([port, number]) => ({ name: port, port: number, targetPort: port })),
      },
    },
    autoscaler: { metadata, spec: autoscalerPlan(name, scaling) },
    disruptionBudget: {
      metadata,
      spec: { maxUnavailable: 1, unhealthyPodEvictionPolicy: "AlwaysAllow", selector: { matchLabels } },
    },
    monitor: isOptOut(metrics) ? undefined : serviceMonitorPlan(name, namespace, matchLabels, "admin", metrics),
    identities: relations.issuers.map(({ ref: issuer }) =>
      certificatePlan({
        name: identityName(name, issuer),
        namespace,
        issuer,
        dnsNames: [name, `${name}.${namespace}.svc`],
        duration: IDENTITY_LIFETIME,
        usages: ["client auth", "server auth"],
      }),
    ),
  };
}

/** Who may come in and where it may send: its consumers on the API, what reads metrics on the admin port, what it uses. */
export function networkPlan(
  name: string,
  { port, adminPort, metrics }: Pick<CompleteArgs, "port" | "adminPort" | "metrics">,
  consumers: readonly Pick<Peer, "namespace" | "podLabels">[],
  peers: readonly Peer[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [...admit(consumers, [port]), ...(isOptOut(metrics) ? [] : [admitScrapers(adminPort)])],
    egress: reach(peers),
  };
}

function autoscalerPlan(name: string, { min, max, cpu, memory }: Scaling) {
  const utilization = (resource: string, share: NonNullable<Scaling["memory"]>) => ({
    type: "Resource",
    resource: { name: resource, target: { type: "Utilization", averageUtilization: Math.round(hundredths(share)) } },
  });
  return {
    scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name },
    minReplicas: min,
    maxReplicas: max,
    metrics: [utilization("cpu", cpu), ...(memory === undefined ? [] : [utilization("memory", memory)])],
    behavior: {
      scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: "Percent", value: 100, periodSeconds: 15 }] },
      scaleDown: {
        stabilizationWindowSeconds: SCALE_DOWN_SECONDS,
        policies: [{ type: "Percent", value: 25, periodSeconds: 60 }],
      },
    },
  };
}
