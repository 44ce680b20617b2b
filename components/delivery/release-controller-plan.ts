import { readFileSync } from "node:fs";
import type { types } from "@pulumi/kubernetes";
import { load } from "js-yaml";
import { refuse } from "../core/invalid.ts";
import { labels, MANAGED } from "../core/labels.ts";
import { type Source, sourceProblems } from "../core/source.ts";
import type { Rights } from "../workload/rights.ts";

/** One a zone. A Lease says which of them works; the others stand by. */
export const SCALING = { min: 3, max: 3 } as const;
export const RESOURCES = {
  requests: { cpu: "50m", memory: "64Mi" },
  limits: { cpu: "500m", memory: "128Mi" },
} as const;
/** One path for whether it runs and one for whether it can work, on the port of its metrics. */
export const PROBES = { startup: "/readyz", readiness: "/readyz", liveness: "/healthz" } as const;

/** What its pods may do in their own namespace. What they may do in all of them is a ClusterRole. */
export const RIGHTS: Rights = {
  why: "makes the deployments of releases, and agrees with its other replica who works",
  rules: [
    // The election is told as an event, of the older API.
    { apiGroups: [""], resources: ["events"], verbs: ["create", "patch"] },
    // What does not exist yet has no name by which it could be told.
    { apiGroups: ["coordination.k8s.io"], resources: ["leases"], verbs: ["create"] },
    {
      apiGroups: ["coordination.k8s.io"],
      resources: ["leases"],
      resourceNames: ["plumbline-release"],
      verbs: ["get", "update"],
    },
  ],
};

/** The command line of its program. */
export function argumentsOf(port: number, prometheus: string | undefined): string[] {
  return [`--address=:${port}`, ...(prometheus === undefined ? [] : [`--prometheus=${prometheus}`])];
}

/** The definition of the kind Release, as the controller's own sources have it. */
export function definitionPlan(): types.input.apiextensions.v1.CustomResourceDefinition {
  const definition = own("release.yaml") as Required<types.input.apiextensions.v1.CustomResourceDefinition>;
  return { ...definition, metadata: { ...definition.metadata, labels: MANAGED } };
}

/** What the controller may do in every namespace, for one of a name. */
export function rolePlan(name: string): types.input.rbac.v1.ClusterRole {
  const { rules } = own("role.yaml") as Required<Pick<types.input.rbac.v1.ClusterRole, "rules">>;
  return { metadata: { name, labels: labels(name) }, rules };
}

export function rolesBindingPlan(name: string, namespace: string): types.input.rbac.v1.ClusterRoleBinding {
  return {
    metadata: { name, labels: labels(name) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}

/** Refuses an address that is none. */
export function refusePrometheus(name: string, prometheus: Source | undefined): void {
  refuse(`ReleaseController "${name}"`, sourceProblems("prometheus", prometheus));
}

function own(file: string): unknown {
  return load(readFileSync(new URL(`controller/api/${file}`, import.meta.url), "utf8"));
}
