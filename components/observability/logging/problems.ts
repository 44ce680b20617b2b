import { addressProblems, destinationProblems } from "../../core/address.ts";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { leastProblems, type Quantity } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import { isServiceUrl } from "../../core/service-url.ts";
import type { Shapes } from "../../core/shape.ts";
import { zoneProblems } from "../../core/zones.ts";
import { accessProblems } from "../access-problems.ts";
import { runbooksProblems } from "../runbook.ts";
import { keptProblems } from "../tenants.ts";
import type { CompleteArgs, LogStore } from "./args.ts";

/** Less is a unit forgotten. */
const LEAST_DISK: Quantity = "1Gi";

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  store: "an object",
  "store.bucket?": "an object",
  "store.at?": "a list of objects",
  "store.user?": "an object",
  "tenants?": "an object of objects, by name",
  "tenants.*.namespaces": "a list of texts",
  "records?": "an object",
  "alsoDropped?": "a list of texts",
  "resources?": "an object",
  "transform?": "an object",
};

/** What is wrong with the arguments of a Logging. */
export function loggingProblems(name: string, args: CompleteArgs): Problem[] {
  const { zones, store, alsoDropped, resources, runbooks } = args;
  const problems = [
    ...nameProblems("name", name),
    ...zoneProblems(zones),
    ...keptProblems(args),
    ...runbooksProblems(runbooks),
    ...storeProblems(store),
    ...Object.entries(resources).flatMap(([part, of]) => resourceProblems(`resources.${part}`, of)),
  ];
  if (store.kind !== "loki" && Object.keys(args.records).length > 0)
    problems.push({
      field: "records",
      given: Object.keys(args.records),
      allowed: 'none, where store.kind is not "loki": only a Loki of our own lets others in',
    });
  for (const [index, given] of alsoDropped.entries())
    if (!/^[a-z][A-Za-z0-9]*$/.test(given))
      problems.push({
        field: `alsoDropped[${index}]`,
        given,
        allowed: 'a name in lower camel case, such as "cardNumber"',
      });
  return problems;
}

function storeProblems(store: LogStore): Problem[] {
  switch (store.kind) {
    case "loki":
      return leastProblems("store.disk", store.disk, LEAST_DISK);
    case "elasticsearch":
    case "otlp": {
      const address = 'an address such as "https://logs.example.com", without a user, a query or a fragment';
      return [
        ...(isServiceUrl(store.url) ? [] : addressProblems("store.url", store.url, address)),
        ...destinationProblems("store.at", store.at, "where it answers, or no network policy lets agents out"),
        ...accessProblems("store", { user: store.user, authority: store.authority }),
      ];
    }
    default: {
      const { kind } = store as { readonly kind?: unknown };
      return [{ field: "store.kind", given: kind, allowed: '"loki", "elasticsearch" or "otlp"' }];
    }
  }
}
