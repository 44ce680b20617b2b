import { z } from "zod";
import { roomProblems } from "../components/cluster/room.ts";
import { lokiNeeds } from "../components/observability/logging/needs.ts";
import { profilingNeeds } from "../components/observability/profiling/needs.ts";
import { tracingNeeds } from "../components/observability/tracing/needs.ts";
import type { Parsed, Report } from "./environment-schema.ts";
import { disk, duration, percent, resources, whole } from "./fields.ts";

/** Where traces, logs and profiles go. How long they are kept is in `retention`. */
export const telemetrySchema = z.strictObject({
  traces: z.strictObject({
    storage: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("memory"), traces: whole(1, 10_000_000).exactOptional() }),
      z.strictObject({ kind: z.literal("badger"), disk }),
    ]),
    /** What services send to. */
    collectors: whole(2, 100).exactOptional(),
    /** Who judges which traces are kept, each its share. */
    samplers: z
      .union([z.literal(1), z.literal(2), z.literal(4), z.literal(8), z.literal(16)], { error: "1, 2, 4, 8 or 16" })
      .exactOptional(),
    /** Errors and slow traces are always kept; of the others, so many hundredths. */
    sampling: z
      .strictObject({
        slowerThan: duration.exactOptional(),
        keep: percent.exactOptional(),
        /** For a trace's spans, before it is judged. */
        wait: duration.exactOptional(),
      })
      .exactOptional(),
    resources: z
      .strictObject({
        collector: resources.exactOptional(),
        sampler: resources.exactOptional(),
        jaeger: resources.exactOptional(),
      })
      .exactOptional(),
  }),
  /** Loki: alone on its disk, or several before the bucket `logs` where the stack has an object store. */
  logs: z.strictObject({
    disk,
    resources: z.strictObject({ agent: resources.exactOptional(), loki: resources.exactOptional() }).exactOptional(),
  }),
  /** Pyroscope, and services send it profiles: alone on its disk, or several before the bucket `profiles` where the stack has an object store. None by default. */
  profiles: z.strictObject({ disk, resources: resources.exactOptional() }).exactOptional(),
});

/** What no field of these says alone. */
export function checkTelemetry({ namespaces, telemetry, stores, tier, retention }: Parsed, report: Report): void {
  if (telemetry !== undefined && namespaces.telemetry === undefined)
    report(["namespaces", "telemetry"], "a quota, since telemetry is there: { cpu, memory, pods, storage }");
  if (telemetry === undefined && namespaces.telemetry !== undefined)
    report(["namespaces", "telemetry"], "nothing: there is no telemetry");
  if (telemetry?.traces.storage.kind === "memory" && tier !== "rehearsal")
    report(
      ["telemetry", "traces", "storage", "kind"],
      '"badger": memory forgets all at a restart, which is for a rehearsal',
    );
  if ((telemetry?.profiles === undefined) !== (retention.profiles === undefined))
    report(
      ["retention", "profiles"],
      telemetry?.profiles === undefined
        ? "nothing: there is no telemetry.profiles"
        : "how long they are kept, since telemetry.profiles is there",
    );
  if (telemetry === undefined || namespaces.telemetry === undefined) return;
  const { traces, logs, profiles } = telemetry;
  // With an object store Loki is nine, each on a disk, and Pyroscope thirteen.
  const hasBucket = stores.objects !== undefined;
  const needs = [
    ...tracingNeeds(traces),
    ...lokiNeeds(logs.disk, hasBucket, logs.resources?.loki),
    ...(profiles ? profilingNeeds(profiles.disk, hasBucket, profiles.resources) : []),
  ];
  for (const { field, allowed } of roomProblems("namespaces.telemetry", namespaces.telemetry, needs))
    report(field.split("."), allowed);
}
