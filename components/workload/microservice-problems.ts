import type { Problem } from "../core/invalid.ts";
import { objectiveProblems } from "../core/objectives.ts";
import { isOptOut } from "../core/opt-out.ts";
import { wholeProblems } from "../core/whole.ts";
import { releaseProblems } from "../delivery/release-problems.ts";
import { watcherProblems } from "../observability/objective.ts";
import { callsProblems } from "./calls/call.ts";
import type { CompleteMicroservice } from "./microservice-args.ts";
import { portProblems, replicasProblems } from "./replicas-problems.ts";
import { spansProblems } from "./workload-problems.ts";

const MOST_REQUESTS = 100_000;

/** Everything that is wrong with a microservice's arguments. */
export function microserviceProblems(name: string, args: CompleteMicroservice): Problem[] {
  const { port, adminPort, shutdown, objectives } = args;
  const problems = [
    ...replicasProblems(name, args, ["api", "admin"]),
    ...portProblems("port", port),
    ...spansProblems({ "shutdown.drain": shutdown.drain, "shutdown.longestRequest": shutdown.longestRequest }),
    ...releaseProblems("release", args.release, args),
    ...callsProblems(args, { field: "shutdown.longestRequest", span: shutdown.longestRequest }, { port, adminPort }),
  ];
  problems.push(...objectiveProblems(objectives), ...loadProblems(args), ...watchProblems(args));
  const unused = args.release.kind === "rolling" ? "release" : "deployment";
  if (args.transform?.[unused] !== undefined)
    problems.push({
      field: `transform.${unused}`,
      given: "<a function>",
      allowed: `none: with release ${args.release.kind} there is no such resource; use transform.${unused === "release" ? "deployment" : "release"}`,
    });
  if (port === adminPort)
    problems.push({
      field: "adminPort",
      given: adminPort,
      allowed: "another port than the API's, which consumers reach",
    });
  return problems;
}

function loadProblems({ scaling: { requestsPerSecond: given }, metrics }: CompleteMicroservice): Problem[] {
  if (given === undefined) return [];
  const field = "scaling.requestsPerSecond";
  if (isOptOut(metrics))
    return [{ field, given, allowed: "nothing, since metrics is stepped down from: requests are counted there" }];
  return wholeProblems(field, given, 1, MOST_REQUESTS);
}

function watchProblems({ objectives, alerts, metrics, team, runbooks }: CompleteMicroservice): Problem[] {
  const problems = watcherProblems(team, runbooks);
  if (Object.keys(objectives).length === 0 || alerts !== undefined || !isOptOut(metrics)) return problems;
  const allowed =
    "optOut(<why nothing watches its objectives>), since metrics is stepped down from: requests are counted there";
  return [...problems, { field: "alerts", given: alerts, allowed }];
}
