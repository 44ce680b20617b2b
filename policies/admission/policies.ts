import type { PackConfig } from "../config/settings.ts";
import type { Exemption } from "../core/exemption.ts";
import { MIN_REASON, optOutKey } from "../core/opt-out.ts";
import { defaultsOf } from "../core/params.ts";
import { NAMESPACE_NAME } from "../core/plain-selector.ts";
import type { Rule } from "../core/rule.ts";
import { literal, some } from "./cel.ts";
import { exempted } from "./exempted.ts";
import { type Held, optsOut } from "./held.ts";
import type { Subjects } from "./subjects.ts";
import { CLUSTER_USERS, type Trust } from "./trusted.ts";

const API_VERSION = "admissionregistration.k8s.io/v1";
const LABELS = { "app.kubernetes.io/managed-by": "plumbline" };

/** What a cluster does with an object that breaks a rule, by the rule's level there. A repair is for a program's own objects. */
const ACTIONS = {
  deny: { levels: ["mandatory", "remediate"], validationActions: ["Deny"] },
  warn: { levels: ["advisory"], validationActions: ["Warn", "Audit"] },
} as const;
type Action = keyof typeof ACTIONS;

export interface AdmissionOptions {
  /** Levels and settings, rule by rule. A rule that is not named is not held to. */
  readonly config: PackConfig;
  /** Whom the cluster lets through. */
  readonly trust: Trust;
  readonly exemptions?: readonly Exemption[];
  /** Decides which exemptions hold. Default: now. */
  readonly today?: Date;
}

/**
 * The ValidatingAdmissionPolicies, each with its binding, by which a cluster holds everyone to rules: one for the objects that are read
 * alike, and for each of the two things that it can do, to refuse and to warn.
 */
export function admissionObjects(held: readonly Held[], options: AdmissionOptions) {
  const groups = Map.groupBy(held, ({ on }) => on);
  return [...groups].flatMap(([subjects, rules]) =>
    (Object.keys(ACTIONS) as Action[]).flatMap((action) => {
      const levels: readonly string[] = ACTIONS[action].levels;
      const meant = rules.filter(({ rule }) => levels.includes(options.config[rule.id]?.enforcementLevel ?? ""));
      const validations = meant.flatMap((one) => validationOf(one, options));
      return validations.length === 0 ? [] : policyAndBinding(subjects, action, validations, options.trust);
    }),
  );
}

function policyAndBinding(subjects: Subjects, action: Action, validations: readonly Validation[], trust: Trust) {
  const metadata = { name: `plumbline-${subjects.name}-${action}`, labels: LABELS };
  const policy = {
    apiVersion: API_VERSION,
    kind: "ValidatingAdmissionPolicy" as const,
    metadata,
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        namespaceSelector: {
          matchExpressions: [
            {
              key: NAMESPACE_NAME,
              operator: "NotIn",
              values: trust.namespaces.map(({ namespace }) => namespace),
            },
          ],
        },
        resourceRules: subjects.resourceRules,
      },
      matchConditions: conditionsOf(subjects, trust),
      variables: subjects.variables,
      validations,
    },
  };
  const binding = {
    apiVersion: API_VERSION,
    kind: "ValidatingAdmissionPolicyBinding" as const,
    metadata,
    spec: { policyName: metadata.name, validationActions: ACTIONS[action].validationActions },
  };
  return [policy, binding] as const;
}

/** The fields of objects that work by being there. */
const WHAT_HOLDS = ["spec", "rules", "subjects", "roleRef", "webhooks", "automountServiceAccountToken"];
const changed = (field: string) => `dyn(object).?${field} != dyn(oldObject).?${field}`;

function conditionsOf({ conditions = {} }: Subjects, trust: Trust) {
  const accounts = trust.namespaces.map(({ namespace }) => `system:serviceaccounts:${namespace}`);
  const groups = [...accounts, ...trust.groups.map(({ group }) => group)];
  const all = {
    "not-by-the-cluster": `!(request.userInfo.username in ${literal(CLUSTER_USERS)})`,
    "not-by-whom-it-trusts": `!request.userInfo.?groups.orValue([]).exists(g, g in ${literal(groups)})`,
    // Who lets go of what is being deleted changes it, too; but it holds as long as a finalizer does, and so do its rules and its ports.
    "not-being-deleted": `!has(object.metadata.deletionTimestamp) || ${some(WHAT_HOLDS.map(changed))}`,
    ...conditions,
  };
  return Object.entries(all).map(([name, expression]) => ({ name, expression }));
}

interface Validation {
  readonly expression: string;
  readonly message: string;
  readonly reason: "Forbidden";
}

function validationOf(
  { rule, expression }: Held,
  { config, exemptions = [], today = new Date() }: AdmissionOptions,
): Validation[] {
  const { enforcementLevel: _, ...params } = { ...defaultsOf(rule.params), ...config[rule.id] };
  const holds = expression(params as never);
  if (holds === undefined) return [];
  const free = [optsOut(rule) ?? [], exempted(rule, exemptions, today)].flat();
  return [{ expression: some([...free, holds]), message: messageOf(rule), reason: "Forbidden" }];
}

/** In one line: the API server takes no more. */
function messageOf(rule: Rule): string {
  const fix = rule.fix.replace(/\s*\n\s*/g, "; ");
  const wayOut =
    rule.optOut === undefined
      ? ""
      : `; else annotate it with ${optOutKey(rule.optOut)}: "<reason, ${MIN_REASON} characters or more>"`;
  return `${rule.id}: ${rule.title}; fix: ${fix}${wayOut}`;
}
