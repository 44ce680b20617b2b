import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { leastProblems, type Quantity } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import type { Shapes } from "../../core/shape.ts";
import { zoneProblems } from "../../core/zones.ts";
import { runbooksProblems } from "../runbook.ts";
import { keptProblems } from "../tenants.ts";
import type { CompleteArgs } from "./args.ts";

/** Less is a unit forgotten. */
const LEAST_DISK: Quantity = "1Gi";

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  "bucket?": "an object",
  "tenants?": "an object of objects, by name",
  "tenants.*.namespaces": "a list of texts",
  "resources?": "an object",
  "transform?": "an object",
};

/** What is wrong with the arguments of a Profiling. */
export function profilingProblems(name: string, args: CompleteArgs): Problem[] {
  return [
    ...nameProblems("name", name),
    ...zoneProblems(args.zones),
    ...leastProblems("disk", args.disk, LEAST_DISK),
    ...keptProblems(args),
    ...resourceProblems("resources", args.resources),
    ...runbooksProblems(args.runbooks),
  ];
}
