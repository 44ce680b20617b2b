import type { Finding } from "../core/evaluate.ts";
import { covering, type Exemption, exemptionProblems } from "../core/exemption.ts";
import { readExemptions } from "../core/exemption-file.ts";
import { EXEMPTIONS } from "../exemptions.ts";
import { reportedExemptions } from "../report/exemptions.ts";
import type { Report } from "../report/report.ts";
import { RULES } from "../rules/index.ts";
import { duplicateNotes } from "./duplicates.ts";
import { readText } from "./files.ts";
import type { FixedText } from "./fix.ts";
import { judged } from "./judged.ts";
import { reportLines } from "./lines.ts";
import { type Inputs, readInputs, STDIN } from "./read-inputs.ts";
import { type AskedRule, askedRules } from "./settings-file.ts";
import { unjudgedKinds } from "./unjudged.ts";
import { WrongUse } from "./wrong-use.ts";

export interface CheckRequest {
  /** Files and folders; `-` is standard input. */
  readonly paths: readonly string[];
  readonly config?: string;
  readonly environment?: string;
  /** Ids of the only rules to ask. Empty: all. */
  readonly only: readonly string[];
  /** A file of exemptions, in the place of policies/exemptions.ts. */
  readonly exemptions?: string;
  /** Paths of a second stack, for rules that compare. Empty: none. */
  readonly compareWith: readonly string[];
  /** Work out repairs. */
  readonly fix: boolean;
  /** What it means that a mandatory rule cannot be judged. Default: `fail`. */
  readonly unknown?: "fail" | "warn";
  readonly today?: Date;
}

/** What a check needs of the world around it. */
export interface CheckGround {
  stdin(): Promise<Uint8Array>;
  /** Hears what is being done, and whether nothing will be heard until that is over. */
  tell(what: string, blocks?: boolean): void;
  /** Puts repaired texts where they came from. Absent: they are worked out, and nothing is changed. */
  write?(texts: readonly FixedText[]): Promise<void>;
}

export interface Checked {
  /** Of the files as they are now: repaired, if repairs were written. */
  readonly report: Report;
  /** What was passed over, and why; and the kinds that no rule knows. */
  readonly notes: readonly string[];
  /** What repairs there are. Empty unless asked for. */
  readonly fixed: readonly FixedText[];
}

/** Judges what paths name by the rules, and repairs it if asked to. Throws WrongUse if nothing can be judged. */
export async function check(request: CheckRequest, { stdin, tell, write }: CheckGround): Promise<Checked> {
  const { paths, compareWith, unknown = "fail", today = new Date() } = request;
  const asked = askedRules(RULES, request);
  const exemptions = exemptionsFor(asked, request.exemptions, today);
  const peer = compareWith.length === 0 ? undefined : (await readInputs(compareWith, stdin, tell)).resources;
  const judge = (inputs: Inputs) => {
    tell(`judging ${inputs.resources.length} objects by ${asked.length} rules`, true);
    return judged(inputs.resources, { asked, exemptions, today, ...(peer && { peer }) });
  };
  let inputs = await readInputs(paths, stdin, tell);
  let findings = judge(inputs);
  const fixed = request.fix ? await repairs(inputs, findings, asked, write !== undefined) : [];
  if (write && fixed.some(({ edits }) => edits.length > 0)) {
    await write(fixed.filter(({ edits }) => edits.length > 0));
    inputs = await readInputs(paths, stdin, tell);
    findings = judge(inputs);
  }
  const used = findings.flatMap(({ exemption, rule, object }) =>
    exemption ? covering(exemptions, rule, object, today) : [],
  );
  const report: Report = {
    date: today,
    subject: paths.map((path) => (path === "-" ? "standard input" : path)).join(", "),
    objects: inputs.resources.length,
    rules: asked.map(({ rule, level }) => ({ rule, level })),
    lines: reportLines(findings),
    exemptions: reportedExemptions(exemptions, used, today),
    unknown,
  };
  // Where only some rules are asked, silence says nothing.
  const unjudged = request.only.length === 0 ? unjudgedKinds(inputs.resources, findings, RULES) : [];
  return { report, notes: [...inputs.notes, ...duplicateNotes(inputs.resources), ...unjudged], fixed };
}

/** Of rules that are not asked, nobody can say whether they were needed. */
function exemptionsFor(asked: readonly AskedRule[], file: string | undefined, today: Date): Exemption[] {
  const all = file === undefined ? EXEMPTIONS : readExemptionFile(file, today);
  const problems = file === undefined ? exemptionProblems(all, RULES, today) : [];
  if (problems.length > 0)
    throw new WrongUse(problems.map((problem) => `policies/exemptions.ts: ${problem}`).join("\n"));
  const ids = new Set(asked.map(({ rule }) => rule.id));
  return all.filter(({ rule }) => ids.has(rule));
}

function readExemptionFile(file: string, today: Date): Exemption[] {
  try {
    return readExemptions(readText(file), RULES, today);
  } catch (error) {
    const lines = (error as Error).message.split("\n");
    throw new WrongUse(lines.map((line) => `--exemptions: ${file}: ${line}`).join("\n"), { cause: error });
  }
}

async function repairs(
  { texts }: Inputs,
  findings: readonly Finding[],
  asked: readonly AskedRule[],
  isWritten: boolean,
): Promise<FixedText[]> {
  const pulumi = texts.filter(({ resources }) => resources.some(({ origin }) => origin?.line === undefined));
  if (pulumi.length > 0)
    throw new WrongUse(
      `--fix repairs manifests only; what Pulumi wrote is repaired in the program: ${pulumi.map(({ text }) => text.file).join(", ")}`,
    );
  if (isWritten && texts.some(({ text }) => text.file === STDIN))
    throw new WrongUse("--fix writes files, and standard input is none; --fix --dry-run shows what would be changed");
  // The parser that knows places and comments is loaded for this alone.
  const { fixedText } = await import("./fix.ts");
  const byFile = Map.groupBy(findings, ({ object }) => object.resource.origin?.file);
  return texts
    .map((text) => fixedText(text, byFile.get(text.text.file) ?? [], asked))
    .filter(({ edits, left }) => edits.length + left.length > 0);
}
