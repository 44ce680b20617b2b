import { selector } from "../../core/labels.ts";
import { type Alert, diskAlerts } from "../alert.ts";
import type { Watched } from "../store-monitoring.ts";
import type { CompleteArgs } from "./args.ts";
import { PARTS, partName, replicasOf } from "./plan.ts";

/** Of the requests that may wait to be passed on. */
const QUEUE_SHARE = 0.8;

/** What is watched of collectors, samplers and Jaeger. No alert wakes anybody: requests of customers need no trace. */
export function watched(name: string, args: CompleteArgs): Watched {
  const namespace = args.namespace.name;
  const pods = `namespace="${namespace}",pod=~"${name}-(${PARTS.join("|")})-.+"`;
  const of = (metric: string) => `otelcol_${metric}{${pods}}`;
  const rate = (metric: string) => `sum by (pod) (rate(${of(metric)}[5m]))`;
  const queue = `max by (pod) (${of("exporter_queue_size")} / ${of("exporter_queue_capacity")})`;
  const missing = PARTS.map((part) => {
    const up = `up{namespace="${namespace}",pod=~"${partName(name, part)}-.+"}`;
    return `((count(${up} == 1) or vector(0)) < ${replicasOf(part, args)})`;
  });
  const alerts: Alert[] = [
    {
      name: "TracingDown",
      severity: "warning",
      expr: missing.join(" or "),
      lasts: "10m",
      summary:
        "fewer collectors, samplers or Jaegers answer than there should be: some traces or all do not arrive, or none can be looked up",
    },
    {
      name: "TracingRefusesSpans",
      severity: "warning",
      expr: `${rate("receiver_refused_spans")} > 0`,
      lasts: "15m",
      summary: "{{ $labels.pod }} has no memory left and refuses spans",
    },
    {
      name: "TracingLosesSpans",
      severity: "warning",
      expr: `(${rate("exporter_send_failed_spans")} > 0) or (${rate("exporter_enqueue_failed_spans")} > 0)`,
      lasts: "15m",
      summary: "{{ $labels.pod }} gives up on spans that it cannot pass on",
    },
    {
      name: "TracingQueueFills",
      severity: "warning",
      expr: `${queue} > ${QUEUE_SHARE}`,
      lasts: "10m",
      summary: `more than ${QUEUE_SHARE * 100} % of what may wait in {{ $labels.pod }} waits: what it sends to is away or slow`,
    },
    {
      name: "TracingJudgesEarly",
      severity: "warning",
      expr: `${rate("processor_tail_sampling_sampling_trace_dropped_too_early")} > 0`,
      lasts: "15m",
      summary: "{{ $labels.pod }} has more traces than it can hold, and drops some before it judges them",
    },
    ...(args.storage.kind === "badger"
      ? diskAlerts("Tracing", namespace, `data-${partName(name, "jaeger")}-[0-9]+`).map(inTheMorning)
      : []),
  ];
  return {
    kind: "platform",
    title: "Tracing",
    runbook: "tracing",
    pods: selector(name),
    scrapes: [{ port: "metrics" }, { port: "span-metrics" }],
    alerts,
    panels: [
      { title: "Spans taken in", unit: "ops", queries: { "{{pod}}": rate("receiver_accepted_spans") } },
      { title: "Spans passed on", unit: "ops", queries: { "{{pod}}": rate("exporter_sent_spans") } },
      {
        title: "Spans refused and lost",
        unit: "ops",
        queries: {
          "refused {{pod}}": rate("receiver_refused_spans"),
          "lost {{pod}}": rate("exporter_send_failed_spans"),
        },
      },
      {
        title: "Traces judged",
        unit: "ops",
        queries: {
          "{{sampled}}": `sum by (sampled) (rate(${of("processor_tail_sampling_global_count_traces_sampled")}[5m]))`,
        },
      },
      { title: "Waiting to be passed on", unit: "percentunit", queries: { "{{pod}}": queue } },
      { title: "Memory", unit: "bytes", queries: { "{{pod}}": of("process_memory_rss") } },
    ],
  };
}

/** A full disk of what nobody but an engineer reads can wait. */
export function inTheMorning(alert: Alert): Alert {
  return { ...alert, severity: "warning" };
}
