import type { Problem } from "../core/invalid.ts";
import { releaseProblems } from "../delivery/release-problems.ts";
import type { CompleteMicroservice } from "./microservice-args.ts";
import { portProblems, replicasProblems } from "./replicas-problems.ts";
import { durationProblems } from "./workload-problems.ts";

/** Everything that is wrong with a microservice's arguments. */
export function microserviceProblems(name: string, args: CompleteMicroservice): Problem[] {
  const { port, adminPort, shutdown } = args;
  const problems = [
    ...replicasProblems(name, args),
    ...portProblems("port", port),
    ...durationProblems({ "shutdown.drain": shutdown.drain, "shutdown.longestRequest": shutdown.longestRequest }),
    ...releaseProblems("release", args.release),
  ];
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
