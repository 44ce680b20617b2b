import type { OpenPorts } from "../namespace-plan.ts";
import { BARMAN_CLOUD } from "./barman-cloud.ts";
import { CERT_MANAGER } from "./cert-manager.ts";
import { CLOUDNATIVE_PG } from "./cloudnative-pg.ts";
import { ENVOY_GATEWAY } from "./envoy-gateway.ts";
import { EXTERNAL_SECRETS } from "./external-secrets.ts";
import type { Operator } from "./operator.ts";
import { PROMETHEUS_OPERATOR } from "./prometheus-operator.ts";
import { RABBITMQ_CLUSTER_OPERATOR } from "./rabbitmq-cluster-operator.ts";
import { STRIMZI } from "./strimzi.ts";
import { TRIVY_OPERATOR } from "./trivy-operator.ts";

export { controlPlaneCertificates, LOGIN_KEY } from "./envoy-gateway-certificates.ts";
export { EXTERNAL_SECRETS_PODS } from "./external-secrets.ts";
export {
  countingEnvoyGateway,
  RATE_LIMIT_SERVICE,
  type RateLimitService,
  REDIS_AUTHORITY,
  type WhenRedisIsGone,
} from "./rate-limit-service.ts";
export { STRIMZI_KAFKA_VERSIONS, STRIMZI_PODS } from "./strimzi.ts";
export { CERT_MANAGER, CLOUDNATIVE_PG, ENVOY_GATEWAY, EXTERNAL_SECRETS, type Operator, TRIVY_OPERATOR };

/** Those whose charts hold certificates, which cert-manager must be there for. */
export const HOLD_CERTIFICATES: readonly Operator[] = [BARMAN_CLOUD, PROMETHEUS_OPERATOR];

/** Every operator that the components rely on by themselves, one file each. Who needs another one comes after it. */
export const OPERATORS: readonly Operator[] = [
  CERT_MANAGER,
  CLOUDNATIVE_PG,
  BARMAN_CLOUD,
  ENVOY_GATEWAY,
  PROMETHEUS_OPERATOR,
  RABBITMQ_CLUSTER_OPERATOR,
];

/** Operators that a component relies on only where it is told to. */
export const OPTIONAL_OPERATORS = {
  strimzi: STRIMZI,
  externalSecrets: EXTERNAL_SECRETS,
  trivy: TRIVY_OPERATOR,
} as const satisfies Readonly<Record<string, Operator>>;
export type OptionalOperator = keyof typeof OPTIONAL_OPERATORS;

/** A namespace with the operators that live in it, and the ports of all of them. */
export interface Home {
  readonly namespace: string;
  readonly openPorts: OpenPorts;
  readonly operators: readonly Operator[];
}

/** The namespaces that operators live in. A plugin shares that of what it plugs into. */
export function homesOf(operators: readonly Operator[]): Home[] {
  const together = (ports: readonly number[]) => [...new Set(ports)].sort((a, b) => a - b);
  return [...Map.groupBy(operators, ({ namespace }) => namespace)].map(([namespace, sharing]) => ({
    namespace,
    openPorts: {
      ingress: together(sharing.flatMap(({ openPorts }) => openPorts.ingress)),
      egress: together(sharing.flatMap(({ openPorts }) => openPorts.egress)),
    },
    operators: sharing,
  }));
}
