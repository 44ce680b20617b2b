import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { resourceProblems } from "../../core/resources.ts";
import type { Shapes } from "../../core/shape.ts";
import { placeProblems } from "../../data/declared.ts";
import { runbooksProblems } from "../../observability/runbook.ts";
import { GROUP, isGroup } from "../access-plan.ts";
import { type AuditTrailArgs, type ControlPlaneLog, completeControlPlane } from "./trail-args.ts";
import { vaultProblems } from "./vault-args.ts";

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  source: "an object",
  "source.nodes?": "an object",
  "source.resources?": "an object",
  "source.transform?": "an object",
  "source.archive?": "an object",
  "breakGlass?": "a list of texts",
  "parts?": "a list of texts",
};

/** Names of an API server's files in its folder are its own. */
const FOLDER = /^(\/[\w.-]+)+$/;
const CLUSTER = /^[0-9A-Za-z][\w-]{0,99}$/;

/** What is wrong with an AuditTrail. */
export function auditTrailProblems(name: string, args: AuditTrailArgs): Problem[] {
  const { source, breakGlass = [], runbooks } = args;
  const problems = [...nameProblems("name", name), ...runbooksProblems(runbooks)];
  for (const [index, given] of breakGlass.entries())
    if (!isGroup(given)) problems.push({ field: `breakGlass[${index}]`, given, allowed: GROUP });
  switch (source.kind) {
    case "controlPlane":
      return [...problems, ...controlPlaneProblems(source)];
    case "eks":
      if (!CLUSTER.test(source.clusterName))
        problems.push({
          field: "source.clusterName",
          given: source.clusterName,
          allowed: "the name of an EKS cluster",
        });
      return [
        ...problems,
        ...vaultProblems(source).map((problem) => ({ ...problem, field: `source.${problem.field}` })),
      ];
    default: {
      const { kind } = source as { readonly kind?: unknown };
      return [...problems, { field: "source.kind", given: kind, allowed: '"controlPlane" or "eks"' }];
    }
  }
}

function controlPlaneProblems(source: ControlPlaneLog): Problem[] {
  const { folder, nodes, resources, archive, logs } = completeControlPlane(source);
  const problems = resourceProblems("source.resources", resources);
  if (!FOLDER.test(folder) || folder.includes(".."))
    problems.push({
      field: "source.folder",
      given: folder,
      allowed: 'a folder of the nodes by its whole path, such as "/var/log/kubernetes/audit"',
    });
  if (Object.keys(nodes).length === 0)
    problems.push({
      field: "source.nodes",
      given: nodes,
      allowed: "at least one label of nodes: no others have the log",
    });
  if (isOptOut(archive)) {
    if (logs === undefined)
      problems.push({
        field: "source.logs",
        given: logs,
        allowed:
          "a Logging with records: { audit: … }, since archive is stepped down from: else nothing is kept anywhere",
      });
  } else problems.push(...placeProblems("source.archive", "audit events", { dataClass: "restricted" }, archive));
  return problems;
}
