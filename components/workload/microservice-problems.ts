import { isDuration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut } from "../core/opt-out.ts";
import { hundredths, isPercent } from "../core/percent.ts";
import { resourceProblems } from "../core/resources.ts";
import { secretIn } from "../core/secret-text.ts";
import { imageProblems } from "./image.ts";
import type { CompleteArgs } from "./microservice-plan.ts";
import { relationProblems } from "./relations.ts";

/** Variables that the component sets itself. */
const OWN_VARIABLES = new Set(["PORT", "ADMIN_PORT", "DRAIN_SECONDS", "SHUTDOWN_SECONDS", "NODE_OPTIONS"]);
/** Ports below need a right that level `restricted` takes away. */
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;
const LONGEST_SHUTDOWN = milliseconds("1h");

/** Everything that is wrong with a microservice's arguments. */
export function microserviceProblems(name: string, args: CompleteArgs): Problem[] {
  const problems = [
    ...nameProblems("name", name),
    ...imageProblems("image", args.image),
    ...portProblems(args),
    ...scalingProblems(args),
    ...resourceProblems("resources", args.resources),
    ...pathProblems(args),
    ...shutdownProblems(args),
    ...environmentProblems(args.environment),
    ...relationProblems(args.uses),
  ];
  if (args.zones.length === 0) problems.push({ field: "zones", given: args.zones, allowed: "at least one zone" });
  return problems;
}

function portProblems({ port, adminPort }: CompleteArgs): Problem[] {
  const allowed = `a whole number from ${LOWEST_PORT} to ${HIGHEST_PORT}`;
  const wrong = (given: number) => !Number.isInteger(given) || given < LOWEST_PORT || given > HIGHEST_PORT;
  const problems: Problem[] = [];
  if (wrong(port)) problems.push({ field: "port", given: port, allowed });
  if (wrong(adminPort)) problems.push({ field: "adminPort", given: adminPort, allowed });
  if (port === adminPort)
    problems.push({
      field: "adminPort",
      given: adminPort,
      allowed: "another port than the API's, which consumers reach",
    });
  return problems;
}

function scalingProblems({ scaling: { min, max, cpu, memory }, replication }: CompleteArgs): Problem[] {
  const problems: Problem[] = [];
  const floor = isOptOut(replication) ? 1 : 2;
  if (!Number.isInteger(min) || min < floor) {
    const way = floor === 1 ? "" : ', or replication: optOut("<why one replica is enough>")';
    problems.push({ field: "scaling.min", given: min, allowed: `a whole number of at least ${floor}${way}` });
  }
  if (!Number.isInteger(max) || max < min)
    problems.push({ field: "scaling.max", given: max, allowed: `a whole number of at least scaling.min (${min})` });
  for (const [field, given] of Object.entries({ cpu, memory }))
    if (given !== undefined && (!isPercent(given) || hundredths(given) < 1))
      problems.push({ field: `scaling.${field}`, given, allowed: "a percentage from 1 to 100" });
  return problems;
}

function pathProblems({ probes, metrics }: CompleteArgs): Problem[] {
  const paths = { ...(isOptOut(metrics) ? {} : { metrics }), ...(isOptOut(probes) ? {} : probes) };
  const problems = Object.entries(paths)
    .filter(([, path]) => !/^\/\S*$/.test(path))
    .map(([field, given]) => ({
      field: field === "metrics" ? field : `probes.${field}`,
      given,
      allowed: 'a path from "/"',
    }));
  if (!isOptOut(probes) && probes.readiness === probes.liveness)
    problems.push({
      field: "probes.liveness",
      given: probes.liveness,
      allowed: "another path than readiness: what is only not ready must not be restarted",
    });
  return problems;
}

function shutdownProblems({ shutdown }: CompleteArgs): Problem[] {
  return Object.entries(shutdown)
    .filter(([, given]) => !isDuration(given) || milliseconds(given) < 1_000 || milliseconds(given) > LONGEST_SHUTDOWN)
    .map(([field, given]) => ({ field: `shutdown.${field}`, given, allowed: 'a duration from "1s" to "1h"' }));
}

function environmentProblems(environment: CompleteArgs["environment"]): Problem[] {
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
