import type { types } from "@pulumi/kubernetes";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import { optOut, optOutAnnotations } from "../core/opt-out.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import { type Grant, rulesOf } from "./grant.ts";
import { admin, breakGlass, NAMESPACE_ROLES, type NamespaceRole, operator, surroundings, viewer } from "./roles.ts";

/** Groups of people by what they are to a cluster, as whoever signs people in calls them. */
export interface People {
  /** In every namespace. */
  readonly viewer?: readonly string[];
  /** In every namespace. */
  readonly operator?: readonly string[];
  /** By the name of the namespace. */
  readonly admin?: Readonly<Record<string, readonly string[]>>;
  /** In the whole cluster. None of them is in any other list: who uses it has somebody told. */
  readonly breakGlass?: readonly string[];
}

interface Role {
  metadata: { name: string; labels: Record<string, string>; annotations: Record<string, string> };
  rules: types.input.rbac.v1.PolicyRule[];
}

interface Binding {
  metadata: { name: string; labels: Record<string, string> };
  roleRef: { apiGroup: string; kind: "ClusterRole"; name: string };
  subjects: { apiGroup: string; kind: "Group"; name: string }[];
}

type NamespacedBinding = Binding & { metadata: { namespace: string } };

export interface AccessPlan {
  readonly roles: readonly Role[];
  readonly bindings: readonly NamespacedBinding[];
  readonly clusterBindings: readonly Binding[];
}

const SURROUNDINGS = "surroundings";
const BREAK_GLASS = "break-glass";
const GRANTS: Readonly<Record<NamespaceRole, () => Grant[]>> = { viewer, operator, admin };
const RBAC = "rbac.authorization.k8s.io";
const FOR_AN_HOUR = optOut(
  "for people, in the hour in which nothing else helps; whoever uses it has the platform told",
);

/** The roles that somebody has, and who has them where. */
export function accessPlan(name: string, namespaces: readonly string[], people: People): AccessPlan {
  const groupsOf = (role: NamespaceRole, namespace: string) =>
    role === "admin" ? (people.admin?.[namespace] ?? []) : (people[role] ?? []);
  const anybody = [...new Set(namespaces.flatMap((at) => NAMESPACE_ROLES.flatMap((role) => groupsOf(role, at))))];
  const broken = people.breakGlass ?? [];
  const bound = NAMESPACE_ROLES.flatMap((role) =>
    namespaces.flatMap((namespace) => {
      const groups = groupsOf(role, namespace);
      return groups.length === 0 ? [] : [{ role, namespace, groups }];
    }),
  );
  const used = NAMESPACE_ROLES.filter((role) => bound.some((one) => one.role === role));
  return {
    roles: [
      ...used.map((role) => rolePlan(`${name}-${role}`, GRANTS[role]())),
      ...(anybody.length > 0 ? [rolePlan(`${name}-${SURROUNDINGS}`, surroundings())] : []),
      ...(broken.length > 0 ? [rolePlan(`${name}-${BREAK_GLASS}`, breakGlass(), { rights: FOR_AN_HOUR })] : []),
    ],
    bindings: bound.map(({ role, namespace, groups }) => {
      const binding = bindingPlan(`${name}-${role}`, groups);
      return { ...binding, metadata: { ...binding.metadata, namespace } };
    }),
    clusterBindings: [
      ...(anybody.length > 0 ? [bindingPlan(`${name}-${SURROUNDINGS}`, anybody)] : []),
      ...(broken.length > 0 ? [bindingPlan(`${name}-${BREAK_GLASS}`, broken)] : []),
    ],
  };
}

const SHAPES: Shapes = {
  "viewer?": "a list",
  "operator?": "a list",
  "admin?": "an object",
  "admin.*": "a list",
  "breakGlass?": "a list",
};

/** What is wrong with whom something is given to. */
export function peopleProblems(name: string, namespaces: readonly string[], people: People): Problem[] {
  const problems = [...nameProblems("name", name), ...shapeProblems(people, SHAPES)];
  if (problems.length > 0) return problems;
  for (const at of Object.keys(people.admin ?? {}))
    if (!namespaces.includes(at))
      problems.push({ field: `admin.${at}`, given: at, allowed: `one of the namespaces: ${namespaces.join(", ")}` });
  for (const { list, index, group, allowed } of groupProblems(people))
    problems.push({ field: `${list.join(".")}[${index}]`, given: group, allowed });
  return problems;
}

/** A group that cannot stand where it stands in a list. */
interface GroupProblem {
  /** The way to the list: `["admin", "shop"]`. */
  readonly list: readonly string[];
  readonly index: number;
  readonly group: string;
  readonly allowed: string;
}

/** What is wrong with single groups: with their names, and with where else they stand. */
export function groupProblems({ viewer = [], operator = [], admin = {}, breakGlass = [] }: People): GroupProblem[] {
  const daily = [
    { list: ["viewer"], groups: viewer },
    { list: ["operator"], groups: operator },
    ...Object.entries(admin).map(([at, groups]) => ({ list: ["admin", at], groups })),
  ];
  const whyNot = (group: string, index: number, groups: readonly string[], isDaily: boolean): string | undefined => {
    if (!isGroup(group)) return GROUP;
    if (groups.indexOf(group) !== index) return "each group once";
    return isDaily && breakGlass.includes(group)
      ? "no group of breakGlass: its daily work would have people told"
      : undefined;
  };
  const all = [
    ...daily.map((one) => ({ ...one, isDaily: true })),
    { list: ["breakGlass"], groups: breakGlass, isDaily: false },
  ];
  return all.flatMap(({ list, groups, isDaily }) =>
    groups.flatMap((group, index) => {
      const allowed = whyNot(group, index, groups, isDaily);
      return allowed === undefined ? [] : [{ list, index, group, allowed }];
    }),
  );
}

export const GROUP =
  'the name of a group such as "shop-developers": no "*", no space, and nothing that begins as Kubernetes\' or AWS\' own do (system:, plumbline:, eks:, aws:, amazon:, iam:)';

/** Whether it can be a group of people, with whoever signs them in and as an access entry of EKS. */
export function isGroup(group: unknown): boolean {
  return typeof group === "string" && /^(?!system:|plumbline:|eks:|aws:|amazon:|iam:)[\w.:/@+-]{1,253}$/.test(group);
}

function rolePlan(name: string, grants: readonly Grant[], steppedDown: Readonly<Record<string, unknown>> = {}): Role {
  return {
    metadata: { name, labels: labels(name), annotations: optOutAnnotations(steppedDown) },
    rules: rulesOf(grants),
  };
}

function bindingPlan(role: string, groups: readonly string[]): Binding {
  return {
    metadata: { name: role, labels: labels(role) },
    roleRef: { apiGroup: RBAC, kind: "ClusterRole", name: role },
    subjects: groups.map((name) => ({ apiGroup: RBAC, kind: "Group", name })),
  };
}
