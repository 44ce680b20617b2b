import { type Duration, durationProblems } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { resourceProblems } from "../core/resources.ts";
import { secretIn } from "../core/secret-text.ts";
import { environmentPrefix } from "../core/usage.ts";
import { zoneProblems } from "../core/zones.ts";
import { imageProblems } from "./image.ts";
import { PROFILES_VARIABLES, profilesProblems } from "./profiles.ts";
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
  ...PROFILES_VARIABLES,
]);
const SHORTEST: Duration = "1s";

/** What is wrong with the arguments that all workloads share. */
export function workloadProblems(name: string, args: CompleteWorkload): Problem[] {
  return [
    ...nameProblems("name", name),
    ...imageProblems("image", args.image),
    ...resourceProblems("resources", args.resources),
    ...environmentProblems(args.environment),
    ...argsProblems(args.args ?? []),
    ...ownNames(args),
    ...relationProblems(args.uses),
    ...rightsProblems(args.rights),
    ...telemetryProblems(args.telemetry),
    ...profilesProblems(args.profiles),
    ...zoneProblems(args.zones),
  ];
}

/** Every duration, by its field, that is none, or shorter than a second, or longer than `most`: an hour by default. */
export function spansProblems(durations: Readonly<Record<string, string>>, most: Duration = "1h"): Problem[] {
  return Object.entries(durations).flatMap(([field, given]) => durationProblems(field, given, SHORTEST, most));
}

/** What a relation or a call is named must not begin a variable that the component sets itself, or that the team does. */
function ownNames({ uses, calls, environment }: CompleteWorkload): Problem[] {
  const set = [...OWN_VARIABLES, ...Object.keys(environment)];
  const named = [
    ...uses.map(({ usableName }, index) => ({ field: `uses[${index}]`, name: usableName })),
    ...Object.keys(calls).map((name) => ({ field: `calls.${name}`, name })),
  ];
  return named.flatMap(({ field, name }) => {
    const filled = ["HOST", "PORT", "URL"].map((part) => `${environmentPrefix(name)}_${part}`);
    const taken = set.find((variable) => filled.includes(variable));
    return taken === undefined
      ? []
      : [{ field, given: name, allowed: `another name: it would fill ${taken}, which is set already` }];
  });
}

function argsProblems(args: readonly string[]): Problem[] {
  return args.flatMap((argument, index) => {
    const secret = secretIn(`args[${index}]`, argument);
    const allowed = "plain values; give secrets as files, by a relation in uses";
    return secret === undefined ? [] : [{ field: `args[${index}]`, given: `<${secret}>`, allowed }];
  });
}

function environmentProblems(environment: Readonly<Record<string, string>>): Problem[] {
  return Object.entries(environment).flatMap(([variable, value]) => {
    const field = `environment.${variable}`;
    if (!/^[A-Z_][A-Z0-9_]*$/.test(variable))
      return [{ field, given: variable, allowed: "a name of A-Z, 0-9 and _, not beginning with a digit" }];
    const secret = secretIn(variable, value);
    // The value itself stays out of the message.
    if (secret !== undefined)
      return [{ field, given: `<${secret}>`, allowed: "plain values; give secrets as files, by a relation in uses" }];
    if (!OWN_VARIABLES.has(variable)) return [];
    return [{ field, given: value, allowed: "a variable that the component does not set itself" }];
  });
}
