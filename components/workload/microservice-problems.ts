import type { Problem } from "../core/invalid.ts";
import { callsProblems } from "./calls/call.ts";
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
    ...callsProblems(args, { field: "shutdown.longestRequest", span: shutdown.longestRequest }, { port, adminPort }),
  ];
  if (port === adminPort)
    problems.push({
      field: "adminPort",
      given: adminPort,
      allowed: "another port than the API's, which consumers reach",
    });
  return problems;
}
