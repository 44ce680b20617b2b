import { addressProblems } from "../../core/address.ts";
import { durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { leastProblems } from "../../core/quantity.ts";
import { resourceProblems } from "../../core/resources.ts";
import type { Shapes } from "../../core/shape.ts";
import { zoneProblems } from "../../core/zones.ts";
import { alertingProblems } from "../alerting/alertmanager-config.ts";
import { keyProblems } from "../alerting/receiver.ts";
import { runbooksProblems } from "../runbook.ts";
import type { CompleteMonitoring, RemoteWrite } from "./args.ts";

/** The longest that the operator's names leave room for: `alertmanager-<name>-db-alertmanager-<name>-0` names a claim. */
const LONGEST_NAME = 16;
/** Two blocks of two hours and what is being written, of the smallest cluster. */
const LEAST_STORAGE = "1Gi";

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  alerting: "an object",
  "remoteWrite?": "an object",
  "replication?": "an object",
  "kubeletCertificates?": "an object",
  "transform?": "an object",
};

/** Everything that is wrong with the arguments. */
export function monitoringProblems(name: string, args: CompleteMonitoring): Problem[] {
  const { namespace, zones, environment, retention, storage, resources, alerting, team, runbooks } = args;
  return [
    ...(typeof name === "string" && name.length > LONGEST_NAME
      ? [{ field: "name", given: name, allowed: `a DNS label of at most ${LONGEST_NAME} characters` }]
      : nameProblems("name", name)),
    ...(namespace.scrapesMetrics
      ? []
      : [
          {
            field: "namespace",
            given: namespace.name,
            allowed:
              "a namespace that workloads let in to their metrics: new Namespace(<name>, { …, scrapesMetrics: true })",
          },
        ]),
    ...zoneProblems(zones),
    ...nameProblems("environment", environment),
    ...durationProblems("retention", retention, "1d", "3650d"),
    ...leastProblems("storage", storage, LEAST_STORAGE),
    ...resourceProblems("resources", resources),
    ...nameProblems("team", team),
    ...runbooksProblems(runbooks),
    ...(isOptOut(alerting)
      ? []
      : alertingProblems(alerting).map((problem) => ({ ...problem, field: `alerting.${problem.field}` }))),
    ...(args.remoteWrite === undefined ? [] : remoteWriteProblems(args.remoteWrite)),
  ];
}

function remoteWriteProblems({ url, token }: RemoteWrite): Problem[] {
  return [
    ...addressProblems("remoteWrite.url", url),
    ...(token === undefined ? [] : keyProblems("remoteWrite.token", token)),
  ];
}
