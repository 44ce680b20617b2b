import type { Problem } from "../core/invalid.ts";
import { isOptOut } from "../core/opt-out.ts";
import { hundredths, isPercent } from "../core/percent.ts";
import { wholeProblems } from "../core/whole.ts";
import { type CompleteReplicas, completeProbe, type Probes } from "./replicas-args.ts";
import { workloadProblems } from "./workload-problems.ts";

/** Ports below need a right that level `restricted` takes away. */
const LOWEST_PORT = 1024;
const HIGHEST_PORT = 65_535;

/** What is wrong with the arguments of replicas that are alike, and that have these ports, by their names. */
export function replicasProblems(name: string, args: CompleteReplicas, ports: readonly string[]): Problem[] {
  return [
    ...workloadProblems(name, args),
    ...portProblems("adminPort", args.adminPort),
    ...scalingProblems(args),
    ...(isOptOut(args.metrics) ? [] : pathProblems("metrics", args.metrics)),
    ...(isOptOut(args.probes) ? [] : probesProblems(args.probes, ports)),
  ];
}

/** A problem unless it is a port that an ordinary program may listen on. */
export function portProblems(field: string, given: number): Problem[] {
  return wholeProblems(field, given, LOWEST_PORT, HIGHEST_PORT);
}

function scalingProblems({ scaling: { min, max, cpu, memory }, replication }: CompleteReplicas): Problem[] {
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

function pathProblems(field: string, given: string): Problem[] {
  return /^\/\S*$/.test(given) ? [] : [{ field, given, allowed: 'a path from "/"' }];
}

function probesProblems(probes: Probes, ports: readonly string[]): Problem[] {
  const problems = Object.entries(probes).flatMap(([name, probe]) => {
    const { path, port } = completeProbe(probe);
    const field = `probes.${name}`;
    if (ports.includes(port)) return pathProblems(typeof probe === "string" ? field : `${field}.path`, path);
    return [{ field: `${field}.port`, given: port, allowed: `a port that the program has: ${ports.join(", ")}` }];
  });
  const [readiness, liveness] = [completeProbe(probes.readiness), completeProbe(probes.liveness)];
  if (readiness.path === liveness.path && readiness.port === liveness.port)
    problems.push({
      field: "probes.liveness",
      given: liveness.path,
      allowed: "another path than readiness: what is only not ready must not be restarted",
    });
  return problems;
}
