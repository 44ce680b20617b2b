import { addressProblems } from "../../core/address.ts";
import { type Duration, durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isPercent } from "../../core/percent.ts";
import { leastProblems, type Quantity } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import { zoneProblems } from "../../core/zones.ts";
import { runbooksProblems } from "../runbook.ts";
import type { CompleteArgs, TraceStorage } from "./args.ts";

const SHARES = [1, 2, 4, 8, 16];
/** Less is a unit forgotten. */
const LEAST_DISK: Quantity = "1Gi";
const LONGEST_RETENTION: Duration = "90d";

/** What is wrong with the arguments of a Tracing. */
export function tracingProblems(name: string, args: CompleteArgs): Problem[] {
  const { zones, storage, retention, sampling, collectors, samplers, resources, runbooks } = args;
  const problems = [
    ...nameProblems("name", name),
    ...zoneProblems(zones),
    ...durationProblems("retention", retention, "1h", LONGEST_RETENTION),
    ...durationProblems("sampling.slowerThan", sampling.slowerThan, "1ms", "1h"),
    ...durationProblems("sampling.wait", sampling.wait, "1s", "10m"),
    ...runbooksProblems(runbooks),
    ...storageProblems(storage),
    ...Object.entries(resources).flatMap(([part, of]) => resourceProblems(`resources.${part}`, of)),
  ];
  if (!isPercent(sampling.keep))
    problems.push({ field: "sampling.keep", given: sampling.keep, allowed: '0 to 100, such as 10 or "2.5%"' });
  if (!Number.isInteger(collectors) || collectors < 2)
    problems.push({ field: "collectors", given: collectors, allowed: "2 or more: with one, spans are lost with it" });
  if (!SHARES.includes(samplers))
    problems.push({
      field: "samplers",
      given: samplers,
      allowed: `one of ${SHARES.join(", ")}: they share sixteen digits evenly`,
    });
  return problems;
}

function storageProblems(storage: TraceStorage): Problem[] {
  switch (storage.kind) {
    case "memory": {
      const { traces = 1 } = storage;
      if (Number.isInteger(traces) && traces >= 1) return [];
      return [{ field: "storage.traces", given: traces, allowed: "a whole number of at least 1" }];
    }
    case "badger":
      return leastProblems("storage.disk", storage.disk, LEAST_DISK);
    case "elasticsearch":
    case "opensearch":
      return indexProblems(storage);
    default:
      return [
        {
          field: "storage.kind",
          given: (storage as { kind?: unknown }).kind,
          allowed: '"memory", "badger", "elasticsearch" or "opensearch"',
        },
      ];
  }
}

function indexProblems({ url, at }: Extract<TraceStorage, { readonly url: string }>): Problem[] {
  const problems = addressProblems("storage.url", url, true);
  if (at.length === 0)
    problems.push({
      field: "storage.at",
      given: at,
      allowed: "where it answers: no network policy lets Jaeger out otherwise",
    });
  return problems;
}
