import { type Duration, isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { resourceProblems } from "../core/resources.ts";
import { secretIn } from "../core/secret-text.ts";
import { imageProblems } from "./image.ts";
import { relationProblems } from "./relations.ts";
import { rightsProblems } from "./rights.ts";
import { TELEMETRY_VARIABLES, telemetryProblems } from "./telemetry.ts";
import type { CompleteWorkload } from "./workload-args.ts";

/** Variables that the components set themselves. */
const OWN_VARIABLES: ReadonlySet<string> = new Set([
  "PORT",
  "ADMIN_PORT",
  "DRAIN_SECONDS",
  "SHUTDOWN_SECONDS",
  "NODE_OPTIONS",
  "GOMEMLIMIT",
  "GOMAXPROCS",
  "JAVA_TOOL_OPTIONS",
  ...TELEMETRY_VARIABLES,
]);
const SHORTEST = milliseconds("1s");

/** What is wrong with the arguments that all workloads share. */
export function workloadProblems(name: string, args: CompleteWorkload): Problem[] {
  const problems = [
    ...nameProblems("name", name),
    ...imageProblems("image", args.image),
    ...resourceProblems("resources", args.resources),
    ...environmentProblems(args.environment),
    ...relationProblems(args.uses),
    ...rightsProblems(args.rights),
    ...telemetryProblems(args.telemetry),
  ];
  if (args.zones.length === 0) problems.push({ field: "zones", given: args.zones, allowed: "at least one zone" });
  return problems;
}

/** Every duration, by its field, that is none, or shorter than a second, or longer than `most`: an hour by default. */
export function durationProblems(durations: Readonly<Record<string, string>>, most: Duration = "1h"): Problem[] {
  const isFine = (given: string) =>
    isDuration(given) && milliseconds(given) >= SHORTEST && milliseconds(given) <= milliseconds(most);
  return Object.entries(durations)
    .filter(([, given]) => !isFine(given))
    .map(([field, given]) => ({ field, given, allowed: `a duration from "1s" to "${most}"` }));
}

function environmentProblems(environment: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    const field = `environment.${variable}`;
    if (!/^[A-Z_][A-Z0-9_]*$/.test(variable))
      return [{ field, given: variable, allowed: "a name of A-Z, 0-9 and _, not beginning with a digit" }];
    if (OWN_VARIABLES.has(variable))
      return [{ field, given: value, allowed: "a variable that the component does not set itself" }];
    const secret = secretIn(variable, value);
    if (secret === undefined) return [];
    // The value itself stays out of the message.
    return [{ field, given: `<${secret}>`, allowed: "plain values; give secrets as files, by a relation in uses" }];
  });
}
