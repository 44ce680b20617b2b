/** An image of somebody else's that components run. */
export interface Image {
  /** Registry and repository: what stands before the tag. */
  readonly name: string;
  /** Of the program in it: what runs unless an environment says otherwise. */
  readonly version: string;
  /** The tag of a version, which stands for the star; `*` by default. */
  readonly tag?: `${string}*${string}`;
  /** Of the program that the image is for, as an SPDX expression. What else an image holds has licences of its own. */
  readonly licence: string;
  /** Where its sources are, with the text of that licence. */
  readonly source: string;
  /** The day after which its makers mend nothing in this series of versions any more, and who says so. */
  readonly endOfLife: EndOfLife;
}

type EndOfLife =
  | { readonly date: `${number}-${number}-${number}`; readonly from: string }
  /** Its makers have named no day, or none for this series. */
  | "none named";

/**
 * Every image of somebody else's that components run, and nothing else names one. Days are those of August 2026. Not here: what charts of
 * operators bring, which is pinned by the chart's version, and what those operators run by themselves.
 */
export const IMAGES = {
  alertmanager: {
    name: "quay.io/prometheus/alertmanager",
    version: "0.28.1",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/prometheus/alertmanager",
    endOfLife: "none named",
  },
  awsCli: {
    name: "public.ecr.aws/aws-cli/aws-cli",
    version: "2.31.0",
    licence: "Apache-2.0",
    source: "https://github.com/aws/aws-cli",
    endOfLife: "none named",
  },
  /** What runs beside every instance that is backed up, with Barman in it; of the same version as its operator. */
  barmanCloudSidecar: {
    name: "ghcr.io/cloudnative-pg/plugin-barman-cloud-sidecar",
    version: "0.14.0",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/cloudnative-pg/plugin-barman-cloud",
    endOfLife: "none named",
  },
  /** The last of its series, and free software; from 1.15.8, 1.16.4 and 1.17 on Consul's licence is BUSL-1.1. */
  consul: {
    name: "docker.io/hashicorp/consul",
    version: "1.14.11",
    licence: "MPL-2.0",
    source: "https://github.com/hashicorp/consul",
    endOfLife: { date: "2023-10-31", from: "https://github.com/hashicorp/consul/blob/main/CHANGELOG.md" },
  },
  /** The last of the series that belongs to Consul 1.14. */
  consulK8s: {
    name: "docker.io/hashicorp/consul-k8s-control-plane",
    version: "1.0.11",
    licence: "MPL-2.0",
    source: "https://github.com/hashicorp/consul-k8s",
    endOfLife: { date: "2023-11-02", from: "https://github.com/hashicorp/consul-k8s/blob/main/CHANGELOG.md" },
  },
  envoy: {
    name: "docker.io/envoyproxy/envoy",
    version: "1.39.1",
    tag: "distroless-v*",
    licence: "Apache-2.0",
    source: "https://github.com/envoyproxy/envoy",
    endOfLife: { date: "2027-07-14", from: "https://endoflife.date/envoy" },
  },
  etcd: {
    name: "gcr.io/etcd-development/etcd",
    version: "3.6.8",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/etcd-io/etcd",
    endOfLife: "none named",
  },
  grafana: {
    name: "docker.io/grafana/grafana",
    version: "12.4.9",
    licence: "AGPL-3.0-only",
    source: "https://github.com/grafana/grafana",
    endOfLife: { date: "2027-05-24", from: "https://endoflife.date/grafana" },
  },
  haproxy: {
    name: "docker.io/library/haproxy",
    version: "3.2.4",
    licence: "GPL-2.0-or-later",
    source: "https://github.com/haproxy/haproxy",
    endOfLife: { date: "2030-04-01", from: "https://endoflife.date/haproxy" },
  },
  jaeger: {
    name: "docker.io/jaegertracing/jaeger",
    version: "2.13.0",
    licence: "Apache-2.0",
    source: "https://github.com/jaegertracing/jaeger",
    endOfLife: "none named",
  },
  /** Prometheus' JMX exporter. The project publishes its jar alone; this image of it is made to be copied from, for an operator of Kafka. */
  jmxExporter: {
    name: "ghcr.io/adobe/koperator/jmx-javaagent",
    version: "1.5.0",
    licence: "Apache-2.0",
    source: "https://github.com/prometheus/jmx_exporter",
    endOfLife: "none named",
  },
  /** Turns answers in JSON into metrics. */
  jsonExporter: {
    name: "quay.io/prometheuscommunity/json-exporter",
    version: "0.7.0",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/prometheus-community/json_exporter",
    endOfLife: "none named",
  },
  kafka: {
    name: "docker.io/apache/kafka",
    version: "4.1.0",
    licence: "Apache-2.0",
    source: "https://github.com/apache/kafka",
    endOfLife: "none named",
  },
  kubeStateMetrics: {
    name: "registry.k8s.io/kube-state-metrics/kube-state-metrics",
    version: "2.15.0",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/kubernetes/kube-state-metrics",
    endOfLife: "none named",
  },
  loki: {
    name: "docker.io/grafana/loki",
    version: "3.5.12",
    licence: "AGPL-3.0-only",
    source: "https://github.com/grafana/loki",
    endOfLife: { date: "2026-03-26", from: "https://endoflife.date/grafana-loki" },
  },
  nodeExporter: {
    name: "quay.io/prometheus/node-exporter",
    version: "1.9.1",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/prometheus/node_exporter",
    endOfLife: "none named",
  },
  otelCollector: {
    name: "docker.io/otel/opentelemetry-collector-contrib",
    version: "0.155.0",
    licence: "Apache-2.0",
    source: "https://github.com/open-telemetry/opentelemetry-collector-contrib",
    endOfLife: "none named",
  },
  /** The one that CloudNativePG 1.27 is released with. */
  pgbouncer: {
    name: "ghcr.io/cloudnative-pg/pgbouncer",
    version: "1.24.1",
    licence: "ISC",
    source: "https://github.com/pgbouncer/pgbouncer",
    endOfLife: "none named",
  },
  /** CloudNativePG's build of PostgreSQL. */
  postgresql: {
    name: "ghcr.io/cloudnative-pg/postgresql",
    version: "17.5",
    licence: "PostgreSQL",
    source: "https://git.postgresql.org/gitweb/?p=postgresql.git",
    endOfLife: { date: "2029-11-08", from: "https://endoflife.date/postgresql" },
  },
  prometheus: {
    name: "quay.io/prometheus/prometheus",
    version: "3.6.0",
    tag: "v*",
    licence: "Apache-2.0",
    source: "https://github.com/prometheus/prometheus",
    endOfLife: { date: "2025-11-02", from: "https://endoflife.date/prometheus" },
  },
  pyroscope: {
    name: "docker.io/grafana/pyroscope",
    version: "2.2.1",
    licence: "AGPL-3.0-only",
    source: "https://github.com/grafana/pyroscope",
    endOfLife: "none named",
  },
  rabbitmq: {
    name: "docker.io/library/rabbitmq",
    version: "4.1.8",
    tag: "*-management",
    licence: "MPL-2.0",
    source: "https://github.com/rabbitmq/rabbitmq-server",
    endOfLife: { date: "2026-01-30", from: "https://endoflife.date/rabbitmq" },
  },
  redis: {
    name: "docker.io/library/redis",
    version: "8.2.1",
    licence: "LicenseRef-RSALv2 OR SSPL-1.0 OR AGPL-3.0-only",
    source: "https://github.com/redis/redis",
    endOfLife: { date: "2030-09-01", from: "https://endoflife.date/redis" },
  },
  redisExporter: {
    name: "docker.io/oliver006/redis_exporter",
    version: "1.69.0",
    tag: "v*",
    licence: "MIT",
    source: "https://github.com/oliver006/redis_exporter",
    endOfLife: "none named",
  },
  seaweedfs: {
    name: "docker.io/chrislusf/seaweedfs",
    version: "4.48",
    licence: "Apache-2.0",
    source: "https://github.com/seaweedfs/seaweedfs",
    endOfLife: "none named",
  },
  /**
   * Of Docker's library: with the modules and the compiler that the rules of a cache need. Its makers name no days: they mend the two
   * latest series, and there is a 9.0.
   */
  varnish: {
    name: "docker.io/library/varnish",
    version: "7.7.3",
    licence: "BSD-2-Clause",
    source: "https://github.com/varnishcache/varnish-cache",
    endOfLife: "none named",
  },
} as const satisfies Readonly<Record<string, Image>>;

export type ImageName = keyof typeof IMAGES;

/** The tag of an image, of the catalogue's version unless another is given. */
export function imageTag(of: ImageName, version: string = IMAGES[of].version): string {
  const { tag = "*" }: Image = IMAGES[of];
  return tag.replace("*", () => version);
}

/** An image as pods name it, of the catalogue's version unless another is given: `docker.io/library/redis:8.2.1`. */
export function image(of: ImageName, version?: string): string {
  return `${IMAGES[of].name}:${imageTag(of, version)}`;
}
