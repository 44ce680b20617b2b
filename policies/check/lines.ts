import type { Finding } from "../core/evaluate.ts";
import { MalformedValue } from "../core/field.ts";
import type { Rule, Violation } from "../core/rule.ts";
import type { StackObject } from "../core/stack-object.ts";
import { UnknownValue } from "../core/unknown.ts";
import type { ReportLine } from "../report/report.ts";

/** The lines of a report that findings come to: one for each violation, and one for each finding without any. */
export function reportLines(findings: readonly Finding[]): ReportLine[] {
  const described = new Map<StackObject, ReportLine["object"]>();
  return findings.flatMap((finding) => {
    const known = described.get(finding.object) ?? objectOf(finding.object);
    described.set(finding.object, known);
    return linesOf(finding, known);
  });
}

function linesOf(finding: Finding, described: ReportLine["object"]): ReportLine[] {
  const { rule, object, verdict, optOut, exemption } = finding;
  const of = {
    rule: rule.id,
    verdict,
    object: described,
    ...(optOut !== undefined && { optOut }),
    ...(exemption && { exemption }),
  };
  if (verdict === "fail")
    return finding.violations.map((violation) => ({
      ...of,
      ...placeOf(object, violation.path),
      ...said(violation, rule.fix),
    }));
  const nothing = { wanted: "", related: [], fix: "" };
  if (verdict === "pass") return [{ ...of, ...fileOf(object), path: "", actual: "", ...nothing }];
  const { secret = false, unknown = "" } = finding;
  return [{ ...of, ...placeOf(object, unknown), ...nothing, ...(secret ? { secret, ...hiddenFrom(rule) } : LATER) }];
}

const LATER = {
  actual: "not known before an up",
  fix: "let the value be known when the stack is declared, or let the up judge it",
};
/** A finished state has no up to come, and what is secret is not to be made public for a rule's sake. */
function hiddenFrom({ exemptable }: Rule): Pick<ReportLine, "actual" | "fix"> {
  const way = exemptable ? "--unknown warn or an exemption" : "--unknown warn";
  return {
    actual: "a secret of Pulumi, never read",
    fix: `keep it secret: the up judges it with the value in hand; to let it be here, ${way}`,
  };
}

function said({ given, wanted, related = [], fix }: Violation, general: string) {
  return { actual: given, wanted, related, fix: fix ?? general };
}

function fileOf({ resource }: StackObject): { file?: string } {
  return resource.origin ? { file: resource.origin.file } : {};
}

function placeOf({ resource }: StackObject, path: string): { file?: string; line?: number; path: string } {
  const line = resource.origin?.line?.(path);
  return { ...(resource.origin && { file: resource.origin.file }), ...(line !== undefined && { line }), path };
}

function objectOf(object: StackObject): ReportLine["object"] {
  const { type, name, defaultNamespace } = object.resource;
  if (object.kind === undefined) return { type, name };
  const namespace = readable(() => object.root.at("metadata", "namespace").text()) ?? defaultNamespace;
  return { type, ...(namespace !== undefined && { namespace }), name: readable(() => object.name) ?? name };
}

/** Objects are named however broken they are. */
function readable(read: () => string | undefined): string | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue || error instanceof MalformedValue) return undefined;
    throw error;
  }
}
