import type { Problem } from "../core/invalid.ts";
import { optOut, optOutAnnotations } from "../core/opt-out.ts";

/** What a workload may do in the Kubernetes API. Its pods get a token then, and the way to the API server is open to them. */
export interface Rights {
  /** Why it has to talk to the API server, for the person who reads the stack next: at least ten characters. */
  readonly why: string;
  /** What it may do, in its own namespace alone. Nothing may be `*`. */
  readonly rules: readonly Right[];
}

/** Verbs on some kinds of an API group, or on the objects of some names alone. */
export interface Right {
  /** `""` for the core group, which pods and config maps are of. */
  readonly apiGroups: readonly string[];
  /** In lower case and plural, such as `configmaps`. */
  readonly resources: readonly string[];
  readonly resourceNames?: readonly string[];
  readonly verbs: readonly string[];
}

const ALL = "*";

/** What is wrong with the rights of a workload. */
export function rightsProblems(rights: Rights | undefined): Problem[] {
  if (rights === undefined) return [];
  const problems: Problem[] = [];
  try {
    optOut(rights.why);
  } catch {
    problems.push({ field: "rights.why", given: rights.why, allowed: "a reason of at least ten characters" });
  }
  if (rights.rules.length === 0)
    problems.push({ field: "rights.rules", given: rights.rules, allowed: "at least one; or leave rights out" });
  for (const [index, right] of rights.rules.entries())
    for (const part of ["apiGroups", "resources", "resourceNames", "verbs"] as const) {
      const given = right[part];
      const field = `rights.rules[${index}].${part}`;
      if (given?.length === 0) problems.push({ field, given, allowed: "at least one" });
      if (given?.includes(ALL)) problems.push({ field, given, allowed: `each by its name, and not "${ALL}"` });
    }
  return problems;
}

/** The annotation that tells policies and people why the pods have a token. */
export function rightsAnnotations(rights: Rights | undefined): Record<string, string> {
  return rights === undefined ? {} : optOutAnnotations({ automountToken: optOut(rights.why) });
}
