import { selector } from "../../core/labels.ts";
import { type Alert, diskAlerts } from "../../observability/alert.ts";
import type { Watched } from "../../observability/store-monitoring.ts";
import type { CompleteArgs } from "./args.ts";
import { names, type Part, partsOf } from "./config.ts";
import type { Metric } from "./exporter.ts";
import { replication } from "./topics.ts";

/** How pods and volumes of nodes are called, as patterns of Prometheus, and where their metrics are read. */
export interface Places {
  pods(of: readonly Part[]): string;
  volumes(of: readonly Part[]): string;
  readonly selector: Readonly<Record<string, string>>;
  readonly port: string;
}

function ownPlaces(name: string): Places {
  const pods = (of: readonly Part[]) => `(${of.map((part) => names(name)[part]).join("|")})-[0-9]+`;
  return { pods, volumes: (of) => `data-${pods(of)}`, selector: selector(name), port: "metrics" };
}

/** What is watched of the nodes. How far a group of consumers is behind is not: brokers do not count it. */
export function watched(name: string, args: CompleteArgs, places: Places = ownPlaces(name)): Watched {
  const { controllers, brokers } = args;
  const namespace = args.namespace.name;
  const parts = partsOf(args);
  const { pods, volumes } = places;
  const of = (metric: Metric, more = "", part: readonly Part[] = parts) =>
    `${metric}{namespace="${namespace}",pod=~"${pods(part)}"${more}}`;
  const total = (metric: Metric) => `sum(${of(metric)})`;
  const answering = (metric: Metric, part: Part) => `(count(${of(metric, "", [part])}) or vector(0))`;
  const active = `(${total("kafka_controllers_active")} or vector(0))`;
  const offline = `max(${of("kafka_partitions_offline")})`;
  const runs = {
    brokers: answering("kafka_partitions_led", "broker"),
    ...(controllers !== "combined" && { controllers: answering("kafka_controllers_active", "controller") }),
  };
  const alerts: Alert[] = [
    {
      name: "KafkaControllerNotOne",
      severity: "critical",
      expr: `${active} != 1`,
      lasts: "2m",
      summary: "{{ $value }} controllers lead, where it has to be one: no partition gets a new leader",
    },
    {
      name: "KafkaPartitionsOffline",
      severity: "critical",
      expr: `${offline} > 0`,
      lasts: "1m",
      summary: "{{ $value }} partitions have no leader: they take no record and give none",
    },
    {
      name: "KafkaUncleanElection",
      severity: "critical",
      expr: `sum(increase(${of("kafka_unclean_elections_total")}[30m])) > 0`,
      lasts: "1m",
      summary: "brokers lead partitions of which they may not have every acknowledged record: some may be lost",
    },
    missing("KafkaBrokerMissing", runs.brokers, brokers, "brokers"),
    ...(runs.controllers && controllers !== "combined"
      ? [missing("KafkaControllerMissing", runs.controllers, controllers, "controllers")]
      : []),
    ...(replication(brokers).factor > 1 ? replicationAlerts(total) : []),
    ...diskAlerts("Kafka", namespace, volumes(parts)),
  ];
  return {
    title: "Kafka",
    runbook: "kafka",
    pods: places.selector,
    scrapes: [{ port: places.port }],
    alerts,
    panels: [
      { title: "Active controllers", queries: { controllers: active } },
      { title: "Nodes that answer", queries: runs },
      {
        title: "Partitions that lack something",
        queries: {
          "no leader": offline,
          "too few copies for a write": total("kafka_partitions_under_min_isr"),
          "a copy": total("kafka_partitions_under_replicated"),
        },
      },
      { title: "Partitions led", queries: { "{{pod}}": of("kafka_partitions_led") } },
      {
        title: "Records",
        unit: "ops",
        queries: { "{{topic}}": `sum by (topic) (rate(${of("kafka_topic_messages_total")}[5m]))` },
      },
      {
        title: "Bytes",
        unit: "Bps",
        queries: {
          in: `sum(rate(${of("kafka_bytes_in_total")}[5m]))`,
          out: `sum(rate(${of("kafka_bytes_out_total")}[5m]))`,
        },
      },
      {
        title: "Time of a write, the slowest of a hundred",
        unit: "s",
        queries: { "{{pod}}": of("kafka_produce_p99_seconds") },
      },
      { title: "Heap", unit: "bytes", queries: { "{{pod}}": of("jvm_memory_used_bytes", ',area="heap"') } },
    ],
  };
}

function missing(alert: string, running: string, wanted: number, what: string): Alert {
  return {
    name: alert,
    severity: "warning",
    expr: `${running} < ${wanted}`,
    lasts: "5m",
    summary: `{{ $value }} of ${wanted} ${what} answer`,
  };
}

function replicationAlerts(total: (metric: Metric) => string): Alert[] {
  return [
    {
      name: "KafkaWritesBlocked",
      severity: "critical",
      expr: `${total("kafka_partitions_under_min_isr")} > 0`,
      lasts: "1m",
      summary: "{{ $value }} partitions have too few copies, and refuse records until there are enough again",
    },
    {
      name: "KafkaCopiesMissing",
      severity: "warning",
      expr: `${total("kafka_partitions_under_replicated")} > 0`,
      lasts: "10m",
      summary: "{{ $value }} partitions lack a copy: the next loss may stop writes",
    },
  ];
}
