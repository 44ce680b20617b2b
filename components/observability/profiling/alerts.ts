import { selector } from "../../core/labels.ts";
import { diskAlerts } from "../alert.ts";
import type { Watched } from "../store-monitoring.ts";
import { inTheMorning } from "../tracing/alerts.ts";
import type { CompleteArgs } from "./args.ts";
import { partsOf } from "./needs.ts";
import { PEER, partName } from "./plan.ts";

/** What is watched of Pyroscope. No alert wakes anybody: requests of customers need no profile. */
export function watched(name: string, args: Pick<CompleteArgs, "namespace" | "bucket">): Watched {
  const namespace = args.namespace.name;
  const parts = partsOf(args.bucket !== undefined);
  const all = parts.reduce((sum, { replicas }) => sum + replicas, 0);
  const names = parts.map((part) => partName(name, part)).join("|");
  const pods = `namespace="${namespace}",pod=~"(${names})-[0-9]+"`;
  const requests = (more = "") => `sum by (pod) (rate(pyroscope_request_duration_seconds_count{${pods}${more}}[5m]))`;
  const failed = requests(',status_code=~"5.."');
  const refused = (by: string) => `sum by (${by}) (rate(pyroscope_discarded_samples_total{${pods}}[5m]))`;
  const disks = parts.filter(({ hasDisk }) => hasDisk).map((part) => `data-${partName(name, part)}-[0-9]+`);
  return {
    kind: "platform",
    title: "Profiling",
    runbook: "profiling",
    pods: { ...selector(name), ...PEER },
    scrapes: [{ port: "http" }],
    alerts: [
      {
        name: "ProfilingDown",
        severity: "warning",
        expr: `(count(up{${pods}} == 1) or vector(0)) < ${all}`,
        lasts: "10m",
        summary: `only {{ $value }} of ${all} answer`,
      },
      {
        name: "ProfilingFails",
        severity: "warning",
        expr: `${failed} / ${requests()} > 0.1`,
        lasts: "15m",
        summary: "{{ $labels.pod }} fails more than a tenth of its requests",
      },
      {
        name: "ProfilingRefuses",
        severity: "warning",
        expr: `${refused("tenant, reason")} > 0`,
        lasts: "15m",
        summary: "profiles of {{ $labels.tenant }} are refused: {{ $labels.reason }}",
      },
      ...diskAlerts("Profiling", namespace, disks.join("|")).map(inTheMorning),
    ],
    panels: [
      { title: "Requests", unit: "ops", queries: { "{{pod}}": requests() } },
      { title: "Failed requests", unit: "ops", queries: { "{{pod}}": failed } },
      { title: "Profiles refused", unit: "ops", queries: { "{{tenant}} {{reason}}": refused("tenant, reason") } },
      {
        title: "Bytes taken in",
        unit: "Bps",
        queries: {
          "{{tenant}}": `sum by (tenant) (rate(pyroscope_distributor_received_compressed_bytes_sum{${pods}}[5m]))`,
        },
      },
    ],
  };
}
