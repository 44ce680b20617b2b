import { readFileSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { type Checked, type CheckRequest, check } from "../../policies/check/check.ts";
import { decoded, encoded } from "../../policies/check/files.ts";
import type { FixedText } from "../../policies/check/fix.ts";
import { type Format, rendered } from "../../policies/check/formats.ts";
import { OUTCOME, type Outcome, outcomeOf } from "../../policies/check/outcome.ts";
import { unifiedDiff } from "../../policies/check/unified-diff.ts";
import { WrongUse } from "../../policies/check/wrong-use.ts";
import { writeWhole } from "../../rehearsal/toolchain/files.ts";
import { Progress } from "../check-progress.ts";
import { guardOutput, type Output } from "../runner-output.ts";
import { paintFor } from "../view/format.ts";

/** The flags of `plumbline check`, as the command line gives them. */
export interface CheckFlags {
  readonly environment?: string;
  readonly config?: string;
  readonly rule: readonly string[];
  readonly exemptions?: string;
  readonly format: Format;
  readonly output?: string;
  readonly fix: boolean;
  readonly dryRun: boolean;
  readonly unknown: "fail" | "warn";
  readonly compareWith: readonly string[];
}

/** Nobody reads more notes at once. */
const MOST_NOTES = 20;

/** Checks, writes what was asked for, and gives the exit code. Whatever goes wrong on the way is no verdict: it is 2. */
export async function runCheck(paths: readonly string[], flags: CheckFlags): Promise<Outcome> {
  const output = guardOutput();
  const progress = new Progress(process.stderr);
  try {
    const request = requestOf(paths, flags);
    const checked = await check(request, {
      stdin,
      tell: (what, blocks) => progress.tell(what, blocks),
      ...(flags.fix && !flags.dryRun && { write: writeTexts }),
    });
    progress.clear();
    tellNotes(checked, flags);
    await answer(checked, flags, output);
    const outcome = outcomeOf(checked.report);
    return output.exitCode(outcome) === outcome ? outcome : OUTCOME.wrongUse;
  } catch (error) {
    progress.clear();
    const known = error instanceof WrongUse;
    const lines = (known ? error.message : `${(error as Error).stack}`).split("\n");
    process.stderr.write(lines.map((line) => `plumbline check: ${line}\n`).join(""));
    return OUTCOME.wrongUse;
  }
}

function requestOf(paths: readonly string[], flags: CheckFlags): CheckRequest {
  if (flags.dryRun && !flags.fix) throw new WrongUse("--dry-run was given without --fix: there is nothing to be tried");
  if (flags.compareWith.includes("-")) throw new WrongUse("--compare-with - was given; allowed: files and folders");
  if (paths.length === 0 && process.stdin.isTTY)
    throw new WrongUse("nothing was named to be judged; allowed: files, folders, or - for standard input");
  const { environment, config, exemptions, output } = flags;
  const read = [...paths, ...flags.compareWith, config, exemptions].flatMap((path) => path ?? []);
  if (output !== undefined && read.some((path) => isOneFile(path, output)))
    throw new WrongUse(`--output: ${output} is read by this very check; allowed: another file`);
  return {
    paths: paths.length === 0 ? ["-"] : paths,
    only: flags.rule,
    compareWith: flags.compareWith,
    fix: flags.fix,
    unknown: flags.unknown,
    ...(environment !== undefined && { environment }),
    ...(config !== undefined && { config }),
    ...(exemptions !== undefined && { exemptions }),
  };
}

/** Whether two paths lead to one file that is there. */
function isOneFile(path: string, other: string): boolean {
  const [one, two] = [path, other].map((name) => statSync(name, { throwIfNoEntry: false }));
  return one !== undefined && two !== undefined && one.isFile() && one.ino === two.ino && one.dev === two.dev;
}

async function stdin(): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** The report, or with `--dry-run` the diff; the report then only goes where `--output` says. */
async function answer({ report, fixed }: Checked, { format, output: file, dryRun }: CheckFlags, output: Output) {
  if (dryRun) await output.print(fixed.map((one) => unifiedDiff(one.file, one.before, one.edits)).join(""));
  if (dryRun && file === undefined) return;
  const toTerminal = file === undefined && process.stdout.isTTY;
  const color = file === undefined && paintFor(process.stdout)("red", "x") !== "x";
  const width = toTerminal ? Math.max(40, Math.min(process.stdout.columns ?? 80, 120)) : 100;
  const text = await rendered(report, format, { color, width });
  if (file === undefined) await output.print(text);
  else writeOutput(file, text);
}

function writeOutput(file: string, text: string): void {
  try {
    writeFileSync(file, text);
  } catch (error) {
    throw new WrongUse(`--output: ${file} cannot be written: ${(error as Error).message}`, { cause: error });
  }
}

/** A link stays a link, and the file behind it keeps its rights. */
async function writeTexts(texts: readonly FixedText[]): Promise<void> {
  for (const { file, before, after } of texts) {
    try {
      const path = realpathSync(file);
      const bytes = readFileSync(path);
      if (decoded(bytes) !== before) throw new Error("somebody has changed it in the meantime");
      await writeWhole(path, encoded(after, bytes), statSync(path).mode & 0o777);
    } catch (error) {
      throw new WrongUse(`--fix: ${file} cannot be written: ${(error as Error).message}`, { cause: error });
    }
  }
}

function tellNotes({ notes, fixed }: Checked, { dryRun }: CheckFlags): void {
  const shown = notes.slice(0, MOST_NOTES);
  const rest = notes.length - shown.length;
  const repaired = fixed.flatMap(({ file, repaired: what }) => what.map((one) => `${file}: ${one}`));
  const left = fixed.flatMap(({ file, left: what }) => what.map((one) => `${file}: ${one}`));
  const lines = [
    ...shown.map((note) => `note: ${note}`),
    ...(rest > 0 ? [`note: ${rest} more were passed over`] : []),
    ...repaired.map((what) => `${dryRun ? "would repair" : "repaired"}: ${what}`),
    ...left.map((what) => `not repaired: ${what}`),
  ];
  if (lines.length > 0) process.stderr.write(`${lines.join("\n")}\n`);
}
