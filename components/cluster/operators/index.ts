import { CERT_MANAGER } from "./cert-manager.ts";
import { CLOUDNATIVE_PG } from "./cloudnative-pg.ts";
import { ENVOY_GATEWAY } from "./envoy-gateway.ts";
import type { Operator } from "./operator.ts";
import { PROMETHEUS_OPERATOR } from "./prometheus-operator.ts";
import { RABBITMQ_CLUSTER_OPERATOR } from "./rabbitmq-cluster-operator.ts";

export { CERT_MANAGER, CLOUDNATIVE_PG, ENVOY_GATEWAY, type Operator };

/** Every operator that the components rely on, one file each. */
export const OPERATORS: readonly Operator[] = [
  CERT_MANAGER,
  CLOUDNATIVE_PG,
  ENVOY_GATEWAY,
  PROMETHEUS_OPERATOR,
  RABBITMQ_CLUSTER_OPERATOR,
];
