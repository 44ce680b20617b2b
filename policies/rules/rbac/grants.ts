import type { Field } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { everyKnown, someKnown } from "../../core/unknown.ts";

export const RBAC_API = "rbac.authorization.k8s.io";

/** A right over objects of the API: any of the verbs on any of the resources in any of the groups. */
export interface Right {
  readonly groups: readonly string[];
  /** As roles name them, subresources with a slash: `pods/exec`. */
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export function isRole({ group, kind }: StackObject): boolean {
  return group === RBAC_API && (kind === "Role" || kind === "ClusterRole");
}

export function isBinding({ group, kind }: StackObject): boolean {
  return group === RBAC_API && (kind === "RoleBinding" || kind === "ClusterRoleBinding");
}

/** The rules of a role; none for a ClusterRole that is put together from others. */
export function rulesOf(role: StackObject): Field[] {
  return role.root.at("rules").items();
}

/**
 * A selector by which a ClusterRole takes the rules of all other roles, or of all but some, as its own: it demands no label. Undefined if there is none.
 */
export function aggregatesAll(role: StackObject): Field | undefined {
  const selectors = role.root.at("aggregationRule", "clusterRoleSelectors").items();
  const isOpen = (selector: Field) =>
    selector.at("matchLabels").entries().length === 0 &&
    everyKnown(selector.at("matchExpressions").items(), (one) =>
      ["NotIn", "DoesNotExist"].includes(one.at("operator").text() ?? ""),
    );
  return selectors.find(isOpen);
}

/** Whether a rule of a role grants any part of a right, by name or by a wildcard. */
export function grants(rule: Field, { groups, resources, verbs }: Right): boolean {
  const parts = [
    () => contains(rule.at("apiGroups"), (group) => group === "*" || groups.includes(group)),
    () => contains(rule.at("resources"), (given) => resources.some((resource) => covers(given, resource))),
    () => contains(rule.at("verbs"), (verb) => verb === "*" || verbs.includes(verb)),
  ];
  return everyKnown(parts, (part) => part());
}

/** Whether a rule is for named objects only. */
export function isNarrowed(rule: Field): boolean {
  return rule.at("resourceNames").items().length > 0;
}

/** Whether a list of strings contains one that fits. */
export function contains(list: Field, fits: (text: string) => boolean): boolean {
  return someKnown(list.items(), (item) => fits(item.text() ?? ""));
}

/** What a rule says, for a message: `get, list on secrets`. */
export function spoken(rule: Field): string {
  return `${texts(rule.at("verbs")).join(", ")} on ${texts(rule.at("resources")).join(", ")}`;
}

/** The line by which a rule grants some rights no more, and all else that it names as before. */
export function without(rule: Field, ...rights: readonly Right[]): string {
  const resources = rights.flatMap((right) => right.resources);
  const verbs = rights.flatMap((right) => right.verbs);
  const kept = texts(rule.at("resources")).filter((given) => !resources.some((resource) => covers(given, resource)));
  if (kept.length > 0) return `${rule.at("resources").path}: [${kept.join(", ")}]`;
  const left = texts(rule.at("verbs")).filter((verb) => verb !== "*" && !verbs.includes(verb));
  return left.length > 0 ? `${rule.at("verbs").path}: [${left.join(", ")}]` : `leave ${rule.path} out`;
}

function texts(list: Field): string[] {
  return list.items().map((item) => item.text() ?? "");
}

/** A part may be a star: `pods/` with one, or one with `/exec`, covers `pods/exec` as a star alone does; `pods` does not. */
function covers(given: string, resource: string): boolean {
  if (given === "*" || given === resource) return true;
  const [base, sub] = given.split("/");
  const [wantedBase, wantedSub] = resource.split("/");
  if (sub === undefined || wantedSub === undefined) return false;
  return (base === "*" || base === wantedBase) && (sub === "*" || sub === wantedSub);
}
