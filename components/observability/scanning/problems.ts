import { ADDRESS, addressProblems, isAddress, unsaid } from "../../core/address.ts";
import { durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel, nameProblems } from "../../core/names.ts";
import { isServiceUrl, SERVICE_URL } from "../../core/service-url.ts";
import type { Shapes } from "../../core/shape.ts";
import { zoneProblems } from "../../core/zones.ts";
import { keyProblems } from "../alerting/receiver.ts";
import { runbooksProblems } from "../runbook.ts";
import type { CompleteScanning, Snyk, SonarQube } from "./args.ts";

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  "reports?": "an object of objects, by name",
  "sonarQube?": "an object",
  "sonarQube.projects": "a list of texts",
  "snyk?": "an object",
  "transform?": "an object",
};

/** A UUID, as Snyk has one for each organisation. */
const ORGANISATION = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
/** What SonarQube takes as a project's key: not digits alone. */
const PROJECT = /^(?!\d+$)[\w.:-]{1,400}$/;
/** What reads Snyk is called so. */
const TAKEN = "snyk";

/** What is wrong with the arguments of a Scanning. */
export function scanningProblems(name: string, args: CompleteScanning): Problem[] {
  const { zones, scanner, reports, sonarQube, snyk, maxAge, runbooks } = args;
  const nothing = scanner === undefined && Object.keys(reports).length === 0 && !sonarQube && !snyk;
  return [
    ...nameProblems("name", name),
    ...zoneProblems(zones),
    ...(nothing
      ? [{ field: "scanner", given: undefined, allowed: "one of scanner, reports, sonarQube and snyk" }]
      : []),
    ...(scanner === undefined || isDnsLabel(scanner)
      ? []
      : [{ field: "scanner", given: scanner, allowed: "the name of a namespace" }]),
    ...Object.entries(reports).flatMap(([report, { url, token }]) => [
      ...(isDnsLabel(report) && report !== TAKEN
        ? []
        : [
            {
              field: `reports.${report}`,
              given: report,
              allowed: `the name of a report: a DNS label, and not ${TAKEN}`,
            },
          ]),
      ...addressProblems(`reports.${report}.url`, url),
      ...(token === undefined ? [] : keyProblems(`reports.${report}.token`, token)),
    ]),
    ...(sonarQube ? sonarQubeProblems(sonarQube) : []),
    ...(snyk ? snykProblems(snyk) : []),
    ...durationProblems("maxAge", maxAge, "1h", "90d"),
    ...runbooksProblems(runbooks),
  ];
}

function sonarQubeProblems({ url, projects, token }: SonarQube): Problem[] {
  const apart = new Set(projects).size === projects.length;
  return [
    ...(isAddress(url) || isServiceUrl(url)
      ? []
      : [{ field: "sonarQube.url", given: unsaid(url), allowed: `${ADDRESS}, or ${SERVICE_URL}` }]),
    ...(projects.length > 0 && apart && projects.every((project) => PROJECT.test(project))
      ? []
      : [{ field: "sonarQube.projects", given: projects, allowed: "keys of projects, one or more, each once" }]),
    ...keyProblems("sonarQube.token", token),
  ];
}

function snykProblems({ organisation, token, url }: Snyk): Problem[] {
  return [
    ...(ORGANISATION.test(organisation)
      ? []
      : [{ field: "snyk.organisation", given: unsaid(organisation), allowed: "the organisation's id, a UUID" }]),
    ...keyProblems("snyk.token", token),
    ...(url === undefined ? [] : addressProblems("snyk.url", url)),
  ];
}
