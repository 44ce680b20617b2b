import { type Problem, refuse } from "../../core/invalid.ts";
import { refuseShape } from "../../core/shape.ts";

/** How much of a request is recorded: nothing; who did what, when, to what, and whether it was let; that and what was sent; and what came back. */
const LEVELS = ["None", "Metadata", "Request", "RequestResponse"] as const;
export type AuditLevel = (typeof LEVELS)[number];

/** A rule of the API server's audit policy: the first that a request matches decides. */
export interface AuditRule {
  readonly level: AuditLevel;
  readonly users?: readonly string[];
  readonly userGroups?: readonly string[];
  readonly verbs?: readonly string[];
  readonly resources?: readonly { readonly group: string; readonly resources?: readonly string[] }[];
  readonly nonResourceURLs?: readonly string[];
}

/** What `--audit-policy-file` of an API server reads. */
export interface AuditPolicy {
  readonly apiVersion: "audit.k8s.io/v1";
  readonly kind: "Policy";
  readonly omitStages: readonly ["RequestReceived"];
  readonly rules: readonly AuditRule[];
}

export interface ApiAuditArgs {
  /**
   * Groups of people whose every request is recorded, reading as well, and how much of it: `{ "break-glass": "Request" }`. None by default. What holds
   * secrets or tokens is never recorded with its content, whoever asks.
   */
  readonly groups?: Readonly<Record<string, "Metadata" | "Request" | "RequestResponse">>;
  /**
   * Groups of further parts of the cluster whose doings follow from what somebody else has changed, such as an operator's service accounts,
   * `system:serviceaccounts:cnpg-system`. None by default: they are many lines.
   */
  readonly parts?: readonly string[];
}

/** Objects whose content lets somebody in. Of a ConfigMap nobody knows what is in it. */
const TOKENS = [
  { group: "", resources: ["serviceaccounts/token"] },
  { group: "authentication.k8s.io", resources: ["tokenreviews"] },
] as const;
const SECRET = [{ group: "", resources: ["secrets", "configmaps"] }, ...TOKENS] as const;
/** Ways into what runs. The words of a command are in the request's address; of what goes through them, nothing is recorded. */
const WAYS_IN = [
  {
    group: "",
    resources: [
      "pods/exec",
      "pods/attach",
      "pods/portforward",
      "pods/proxy",
      "pods/ephemeralcontainers",
      "services/proxy",
      "nodes/proxy",
    ],
  },
] as const;
/** What says who may do what. */
const RIGHTS = [
  { group: "rbac.authorization.k8s.io" },
  { group: "", resources: ["serviceaccounts"] },
  { group: "certificates.k8s.io" },
  { group: "admissionregistration.k8s.io" },
] as const;
/** What every component renews by the second. */
const PULSE = [
  { group: "coordination.k8s.io", resources: ["leases"] },
  { group: "", resources: ["events"] },
  { group: "events.k8s.io", resources: ["events"] },
  // Whether somebody may do what is then done, and recorded, or not.
  { group: "authorization.k8s.io" },
] as const;
const PROBES = [
  "/healthz*",
  "/livez*",
  "/readyz*",
  "/openapi*",
  "/version",
  "/metrics",
  "/api",
  "/api/*",
  "/apis",
  "/apis/*",
] as const;
const WRITES = ["create", "update", "patch", "delete", "deletecollection"] as const;
const READS = ["get", "list", "watch"] as const;
/** The cluster's own parts. Every service account of `kube-system` is one of its controllers, or was let in there by an administrator. */
const PARTS = {
  users: ["system:kube-scheduler", "system:kube-controller-manager", "system:apiserver", "system:kube-proxy"],
  groups: ["system:nodes", "system:serviceaccounts:kube-system"],
} as const;

/**
 * What an API server records: every change, of whatever secret its reading too, every way into a container, and all that the given groups do. Content
 * is recorded of changes of rights alone, and of what the groups send; of secrets, tokens and settings never. Pulse, probes and what the
 * cluster's own parts do but change rights or read secrets on somebody's behalf is left out. Pure.
 *
 * @throws InvalidArgsError that names a group or a level that is wrong.
 */
export function apiAuditPolicy(args: ApiAuditArgs = {}): AuditPolicy {
  refuseShape("apiAuditPolicy", args, { "groups?": "an object", "parts?": "a list" });
  const { groups = {}, parts = [] } = args;
  refuse("apiAuditPolicy", groupProblems(groups, parts));
  const userGroups = [...PARTS.groups, ...parts];
  const people = Object.keys(groups);
  return {
    apiVersion: "audit.k8s.io/v1",
    kind: "Policy",
    omitStages: ["RequestReceived"],
    rules: [
      { level: "None", nonResourceURLs: PROBES },
      ...(people.length > 0 ? [{ level: "Metadata", userGroups: people, resources: PULSE } as const] : []),
      { level: "None", resources: PULSE },
      // By a websocket one goes in with the verb get.
      { level: "Metadata", resources: WAYS_IN },
      // A controller's informers list and watch all secrets; that is not somebody's reading of one.
      { level: "None", users: PARTS.users, verbs: READS },
      { level: "None", userGroups, verbs: READS },
      // A kubelet gets a token for each of its pods, over and over.
      { level: "None", userGroups: ["system:nodes"], verbs: ["create"], resources: TOKENS },
      { level: "Metadata", resources: SECRET },
      ...Object.entries(groups).map(([group, level]) => ({ level, userGroups: [group] })),
      { level: "Request", verbs: WRITES, resources: RIGHTS },
      // What controllers do follows from what somebody has changed, and that is recorded.
      { level: "None", users: PARTS.users },
      { level: "None", userGroups },
      { level: "Metadata", verbs: WRITES },
      { level: "None" },
    ],
  };
}

/** Groups that many are in. What they do follows from nobody else. */
const EVERYBODY = ["system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:masters"];

function groupProblems(groups: NonNullable<ApiAuditArgs["groups"]>, parts: readonly string[]): Problem[] {
  const problems: Problem[] = [];
  // The policy has no wildcards: what one names would be recorded nowhere, or left out nowhere.
  const named = (field: string, given: unknown) => {
    if (typeof given !== "string" || !/^[^\s*]{1,253}$/.test(given))
      problems.push({ field, given, allowed: "a group's whole name, as the API server knows it, such as break-glass" });
  };
  for (const [group, level] of Object.entries(groups)) {
    named(`groups.${group}`, group);
    if (!LEVELS.slice(1).includes(level))
      problems.push({ field: `groups.${group}`, given: level, allowed: '"Metadata", "Request" or "RequestResponse"' });
  }
  for (const [index, group] of parts.entries()) {
    named(`parts[${index}]`, group);
    if (EVERYBODY.includes(group))
      problems.push({
        field: `parts[${index}]`,
        given: group,
        allowed:
          "the group of one part, such as system:serviceaccounts:cnpg-system: in this one are people, or all parts",
      });
    if (Object.hasOwn(groups, group))
      problems.push({
        field: `parts[${index}]`,
        given: group,
        allowed: "a group that is not in groups as well: it would be both recorded and left out",
      });
  }
  return problems;
}
