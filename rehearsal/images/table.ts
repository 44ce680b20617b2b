import { ALERTMANAGER } from "./alertmanager.ts";
import { BARMAN_CLOUD, BARMAN_CLOUD_SIDECAR } from "./barman-cloud.ts";
import { CLOUDNATIVE_PG } from "./cloudnative-pg.ts";
import { COREDNS } from "./coredns.ts";
import type { ImageDescription } from "./description.ts";
import { ENVOY } from "./envoy.ts";
import { ENVOY_GATEWAY } from "./envoy-gateway.ts";
import { ETCD } from "./etcd.ts";
import { HAPROXY } from "./haproxy.ts";
import { JAEGER } from "./jaeger.ts";
import { JMX_EXPORTER } from "./jmx-exporter.ts";
import { KAFKA } from "./kafka.ts";
import { KUBE_STATE_METRICS } from "./kube-state-metrics.ts";
import { NODE_EXPORTER } from "./node-exporter.ts";
import { OTEL_COLLECTOR } from "./otel-collector.ts";
import { PAUSE } from "./pause.ts";
import { PGBOUNCER } from "./pgbouncer.ts";
import { POSTGRESQL } from "./postgres.ts";
import { PROMETHEUS } from "./prometheus.ts";
import { CONFIG_RELOADER, PROMETHEUS_OPERATOR } from "./prometheus-operator.ts";
import { RABBITMQ } from "./rabbitmq.ts";
import { RABBITMQ_CLUSTER_OPERATOR } from "./rabbitmq-cluster-operator.ts";
import { RATE_LIMIT } from "./ratelimit.ts";
import { REDIS } from "./redis.ts";
import { REDIS_EXPORTER } from "./redis-exporter.ts";
import { SEAWEEDFS } from "./seaweedfs.ts";
import { SHOP } from "./shop.ts";
import { VARNISH } from "./varnish.ts";

/** Every image that can be made here. */
export const IMAGES: readonly ImageDescription[] = [
  PAUSE,
  REDIS,
  REDIS_EXPORTER,
  ...SHOP,
  KAFKA,
  JMX_EXPORTER,
  COREDNS,
  HAPROXY,
  ENVOY,
  ENVOY_GATEWAY,
  RATE_LIMIT,
  POSTGRESQL,
  PGBOUNCER,
  CLOUDNATIVE_PG,
  BARMAN_CLOUD,
  BARMAN_CLOUD_SIDECAR,
  RABBITMQ,
  RABBITMQ_CLUSTER_OPERATOR,
  PROMETHEUS,
  ALERTMANAGER,
  PROMETHEUS_OPERATOR,
  CONFIG_RELOADER,
  KUBE_STATE_METRICS,
  NODE_EXPORTER,
  ETCD,
  SEAWEEDFS,
  OTEL_COLLECTOR,
  JAEGER,
  VARNISH,
];

/** The description of the image that a manifest asks for; undefined if it cannot be made here. */
export function imageFor(reference: string): ImageDescription | undefined {
  return IMAGES.find((image) => image.reference === reference);
}
