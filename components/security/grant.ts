import type { types } from "@pulumi/kubernetes";
import { type Problem, refuse } from "../core/invalid.ts";
import { type ApiGroup, KINDS, type KindWith, type Verb } from "./kinds.ts";

/** Verbs on some kinds of one API group, each by its name. */
export interface Grant {
  readonly apiGroup: ApiGroup;
  readonly kinds: readonly string[];
  readonly verbs: readonly Verb[];
}

/** Kinds by API group on which all of some verbs can be given. */
export type KindsFor<Verbs extends Verb> = { readonly [Group in ApiGroup]?: readonly KindWith<Group, Verbs>[] };

/**
 * Gives verbs on kinds, as {@link KINDS} has them. What is not there, as anything that stands for all, is no type; from who has none it is refused with
 * what was given.
 */
export function allow<const Verbs extends Verb>(verbs: readonly Verbs[], on: KindsFor<Verbs>): Grant[] {
  const grants = Object.entries(on).map(([group, kinds]) => ({
    apiGroup: group as ApiGroup,
    kinds: kinds as readonly string[],
    verbs,
  }));
  refuse("A role for people", grants.flatMap(grantProblems));
  return grants;
}

/** Grants as the rules of a role. */
export function rulesOf(grants: readonly Grant[]): types.input.rbac.v1.PolicyRule[] {
  return grants.map(({ apiGroup, kinds, verbs }) => ({
    apiGroups: [apiGroup],
    resources: [...kinds],
    verbs: [...verbs],
  }));
}

function grantProblems({ apiGroup, kinds, verbs }: Grant): Problem[] {
  const known: Readonly<Record<string, readonly Verb[]>> = Object.hasOwn(KINDS, apiGroup) ? KINDS[apiGroup] : {};
  return kinds.flatMap((kind) => {
    const field = `${apiGroup || "core"}/${kind}`;
    if (!Object.hasOwn(known, kind))
      return [{ field, given: verbs, allowed: "a kind of KINDS, by its name: nothing stands for all of them" }];
    const unknown = verbs.filter((verb) => !known[kind]?.includes(verb));
    return unknown.length === 0 ? [] : [{ field, given: unknown, allowed: `some of ${known[kind]?.join(", ")}` }];
  });
}
