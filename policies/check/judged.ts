import { type EvaluateOptions, evaluate, type Finding } from "../core/evaluate.ts";
import type { Exemption } from "../core/exemption.ts";
import type { Resource } from "../core/resource.ts";
import type { AskedRule } from "./settings-file.ts";

export interface JudgeOptions {
  readonly asked: readonly AskedRule[];
  readonly exemptions: readonly Exemption[];
  readonly today: Date;
  /** The resources of a second stack, for rules that compare. */
  readonly peer?: readonly Resource[];
}

/**
 * What the rules say of everything that was read. Objects that an update would delete serve no other object, and are
 * asked about their deletion only: what would be said of them if they stayed is left out.
 */
export function judged(resources: readonly Resource[], { asked, exemptions, today, peer }: JudgeOptions): Finding[] {
  const options: EvaluateOptions & { peer?: readonly Resource[] } = {
    rules: asked.map(({ rule }) => rule),
    params: Object.fromEntries(asked.map(({ rule, params }) => [rule.id, params])),
    exemptions,
    today,
    ...(peer && { peer }),
  };
  const staying = resources.filter(({ operation }) => operation !== "delete");
  const leaving = resources.filter(({ operation }) => operation === "delete");
  const findings = evaluate(staying, options);
  if (leaving.length === 0) return findings;
  const said = (finding: Finding) => `${finding.rule.id} ${finding.object.resource.urn ?? finding.object.label}`;
  const anyway = evaluate(
    leaving.map(({ operation: _, ...resource }) => resource),
    options,
  );
  const known = new Map(anyway.map((finding) => [said(finding), finding.verdict]));
  const ofDeletion = evaluate(leaving, options).filter((finding) => finding.verdict !== known.get(said(finding)));
  return [...findings, ...ofDeletion];
}
