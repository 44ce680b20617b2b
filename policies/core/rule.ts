import type { Field } from "./field.ts";
import type { ParamSpecs, Params } from "./params.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";

export type Severity = "critical" | "high" | "medium" | "low";

/** The parts of the production checklist, as people read them. */
export const SECTIONS = {
  resilience: "Resilience",
  reliability: "Reliability",
  scalability: "Scalability",
  maintainability: "Maintainability",
  observability: "Observability",
  performance: "Performance",
  security: "Security",
  discovery: "Discovery and gateway",
  containers: "Containers",
  releases: "Release strategies",
  compliance: "Compliance",
} as const;

export type Section = keyof typeof SECTIONS;

/** One thing that is wrong with an object. */
export interface Violation {
  /** Where in the object; "" is the object itself. */
  readonly path: string;
  /** What stands there. Never a value that may be secret. */
  readonly given: string;
  readonly wanted: string;
  /** The line that repairs this very thing, where the rule's own `fix` is too general. */
  readonly fix?: string;
  /** Other objects that have a part in it, e.g. `HorizontalPodAutoscaler shop/orders`. */
  readonly related?: readonly string[];
}

/** A rule of the checklist: data, and pure functions that know nothing of Pulumi. */
export interface Rule<Specs extends ParamSpecs = ParamSpecs> {
  /** Kebab case; never changes its meaning: configs, exemptions and reports hold on to it. */
  readonly id: string;
  readonly section: Section;
  /** What is demanded, in one sentence. */
  readonly title: string;
  readonly severity: Severity;
  /** What goes wrong without it. */
  readonly why: string;
  /** The line, or the few, that repair it. */
  readonly fix: string;
  /** What it must be told besides the objects of one stack, and where that comes from. Without it, the rule judges nothing. */
  readonly needs?: string;
  /** Controls of public frameworks that it serves, e.g. `PSS:restricted`. */
  readonly frameworks: readonly string[];
  /** `resource`: an object says itself whether it is right. `stack`: only the objects together do. */
  readonly scope: "resource" | "stack";
  /** Settings by name, each with its default. */
  readonly params: Specs;
  /** `plumbline.dev/opt-out.<this>: reason` on an object frees it. Absent: there is no way around the rule on an object. */
  readonly optOut?: string;
  /** Whether an exemption may be granted. */
  readonly exemptable: boolean;
  /** Whether the rule has anything to say about an object; `stack` is there for rules that need a peer to say it. */
  subjects(object: StackObject, stack?: Stack): boolean;
  /** What is wrong with a subject. `stack` holds all objects for a stack rule, and nothing but the subject for a resource rule. */
  check(object: StackObject, params: Params<Specs>, stack: Stack): Iterable<Violation>;
  /**
   * Repairs a subject that failed, in place (a copy would lose which values are secret), and only where the repair
   * cannot break a running service. Resource rules only.
   */
  remediate?(object: StackObject, params: Params<Specs>): void;
}

/** A rule that can repair what it finds. */
export interface Remediation<Specs extends ParamSpecs> {
  remediate(object: StackObject, params: Params<Specs>): void;
}

/** States a rule; the types of its settings follow from `params`. */
export function defineRule<const Id extends string, const Specs extends ParamSpecs>(
  rule: Rule<Specs> & { readonly id: Id } & Remediation<Specs>,
): Rule<Specs> & { readonly id: Id } & Remediation<Specs>;
export function defineRule<const Id extends string, const Specs extends ParamSpecs>(
  rule: Rule<Specs> & { readonly id: Id },
): Rule<Specs> & { readonly id: Id };
export function defineRule(rule: Rule): Rule {
  return rule;
}

/** A violation at a field: what stands there is shown as it is, so never use it where a secret may stand. */
export function violation(field: Field, wanted: string, more: Partial<Violation> = {}): Violation {
  return { path: field.path, given: field.shown(), wanted, ...more };
}
