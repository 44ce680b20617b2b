import type { Diagnostic, Violation } from "../engine/progress.ts";
import type { ResourceName } from "../engine/resource-name.ts";
import type { Findings } from "../findings.ts";
import type { Style } from "../report.ts";
import { count, wrap } from "./format.ts";

/** Beyond this, the log has the rest: nobody reads more at once. */
const MOST = 12;

/**
 * Everything that went wrong or is not as it should be, the gravest first; no lines if nothing did. What the program
 * and the packs printed is shown below errors, where it often is the reason, and always if `verbose`.
 */
export function problemLines(
  findings: Pick<Findings, "violations" | "diagnostics">,
  style: Style,
  verbose = false,
): readonly string[] {
  const { violations, diagnostics } = findings;
  const mandatory = violations.filter(({ level }) => level === "mandatory");
  const advisory = violations.filter(({ level }) => level === "advisory");
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  const warnings = diagnostics.filter(({ severity }) => severity === "warning");
  const printed = verbose || errors.length > 0 ? diagnostics.filter(({ severity }) => severity === "info") : [];
  return [
    ...section("Mandatory rules that are violated", mandatory, (v) => violationLines(v, style), style),
    ...section("Errors", alike(errors), (d) => diagnosticLines(d, style), style),
    ...section("Advice", advisory, (v) => violationLines(v, style), style),
    ...section("Warnings", alike(warnings), (d) => diagnosticLines(d, style), style),
    ...section(
      "Printed",
      alike(printed),
      (d) => diagnosticLines({ ...d, message: lastLines(d.message) }, style),
      style,
    ),
  ];
}

function section<T>(
  title: string,
  all: readonly T[],
  linesOf: (one: T) => readonly string[],
  { paint }: Style,
): readonly string[] {
  if (all.length === 0) return [];
  const hidden = all.length - MOST;
  return [
    "",
    `  ${paint("bold", title)}`,
    ...all.slice(0, MOST).flatMap(linesOf),
    ...(hidden > 0 ? [`    … ${count(hidden, "more", "more")}, in the log`] : []),
  ];
}

/** The rule and the resource, and below them what the rule says: what is wrong, why it matters, how to repair it. */
function violationLines({ rule, resource, level, message }: Violation, style: Style): readonly string[] {
  const mark = level === "mandatory" ? style.paint("red", "✗") : style.paint("yellow", "!");
  const where = resource ? `${resource.label} (${resource.kind})` : "the stack as a whole";
  return [`    ${mark} ${style.paint("bold", rule)}  ${where}`, ...indented(message, 6, style)];
}

/** One text, and everything that it was said of. */
interface Told {
  readonly severity: Diagnostic["severity"];
  readonly message: string;
  readonly resources: readonly ResourceName[];
}

/** Ten resources with the same trouble are one trouble. */
function alike(diagnostics: readonly Diagnostic[]): readonly Told[] {
  const byMessage = Map.groupBy(diagnostics, ({ message }) => message);
  return [...byMessage].map(([message, said]) => ({
    severity: said[0]?.severity ?? "info",
    message,
    resources: said.flatMap(({ resource }) => resource ?? []),
  }));
}

function diagnosticLines({ severity, resources, message }: Told, style: Style): readonly string[] {
  const [colour, sign] = MARKS[severity];
  const mark = style.paint(colour, sign);
  const [first = "", ...rest] = indented(message, 6, style);
  if (resources.length === 0) return [`    ${mark} ${first.trimStart()}`, ...rest];
  const named = resources.slice(0, 3).map(({ label, kind }) => `${label} (${kind})`);
  const more = resources.length > 3 ? ` and ${resources.length - 3} more` : "";
  return [`    ${mark} ${style.paint("bold", named.join(", "))}${more}`, first, ...rest];
}

/** Of a long text, its end: there a program says what it died of. The log has all of it. */
function lastLines(text: string): string {
  const lines = text.split("\n");
  return lines.length <= MOST ? text : ["…", ...lines.slice(-MOST)].join("\n");
}

const MARKS = { error: ["red", "✗"], warning: ["yellow", "!"], info: ["dim", "·"] } as const;

/** A text below its headline; what follows a label such as `fix:` stays to the right of it. */
function indented(text: string, by: number, { columns }: Style): readonly string[] {
  return text.split("\n").flatMap((line) => {
    const [label = ""] = /^\s*(?:[a-z]+: +)?/.exec(line) ?? [];
    const lines = wrap(line.slice(label.length), Math.max(40, columns - by - label.length));
    return lines.map((part, i) => " ".repeat(by) + (i === 0 ? label : " ".repeat(label.length)) + part);
  });
}
