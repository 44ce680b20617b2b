import { addressProblems, destinationProblems } from "../../core/address.ts";
import { type Duration, durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isPercent } from "../../core/percent.ts";
import { leastProblems, type Quantity } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import { isServiceUrl } from "../../core/service-url.ts";
import type { Shapes } from "../../core/shape.ts";
import { wholeProblems } from "../../core/whole.ts";
import { zoneProblems } from "../../core/zones.ts";
import { accessProblems } from "../access-problems.ts";
import { runbooksProblems } from "../runbook.ts";
import type { CompleteArgs, TraceStorage } from "./args.ts";

const SHARES = [1, 2, 4, 8, 16];
/** Less is a unit forgotten. */
const LEAST_DISK: Quantity = "1Gi";
const LONGEST_RETENTION: Duration = "90d";

/** Spans of a cluster's services need some; thousands are a slip of the pen. */
const MOST_COLLECTORS = 100;
const MOST_TRACES = 10_000_000;

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  storage: "an object",
  "storage.at?": "a list of objects",
  "storage.user?": "an object",
  "sampling?": "an object",
  "resources?": "an object",
  "transform?": "an object",
};

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
  if (!Number.isInteger(collectors) || collectors < 2 || collectors > MOST_COLLECTORS)
    problems.push({
      field: "collectors",
      given: collectors,
      allowed: `2 to ${MOST_COLLECTORS}: with one, spans are lost with it`,
    });
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
      return wholeProblems("storage.traces", traces, 1, MOST_TRACES);
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

function indexProblems({
  url,
  at,
  user,
  authority,
  prefix,
}: Extract<TraceStorage, { readonly url: string }>): Problem[] {
  const address = 'an address such as "https://search.example.com:9200", without a user, a query or a fragment';
  const isPrefix = prefix === undefined || (typeof prefix === "string" && /^[a-z0-9][a-z0-9._-]{0,99}$/.test(prefix));
  const names = 'what names of indices may begin with: a-z, 0-9, ".", "_" and "-", such as "shop-traces"';
  return [
    ...(isServiceUrl(url) ? [] : addressProblems("storage.url", url, address)),
    ...destinationProblems("storage.at", at, "where it answers: no network policy lets Jaeger out otherwise"),
    ...accessProblems("storage", { user, authority }),
    ...(isPrefix ? [] : [{ field: "storage.prefix", given: prefix, allowed: names }]),
  ];
}
