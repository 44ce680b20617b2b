import type { Context } from "./context.ts";
import { EXIT, type ExitCode, type Failure, Interrupted } from "./failure.ts";
import type { Report, Style } from "./report.ts";
import type { Call } from "./runner.ts";
import { paintFor, typed } from "./view/format.ts";
import { problemLines } from "./view/problems.ts";
import type { Step } from "./view/screen.ts";

/** Version of the `--json` document. It grows by fields without notice; anything else raises the number. */
const SCHEMA = 1;

/** How a command ended. */
export interface End {
  readonly exitCode: ExitCode;
  readonly report?: Report;
  readonly failure?: Failure;
}

/** Standard output and error, looked after from the first line to the last. */
export interface Output {
  /** Writes to standard output, and waits until that is done. */
  print(text: string): Promise<void>;
  /** What the process ends with: an answer that did not arrive is no success. */
  exitCode(wanted: ExitCode): ExitCode;
}

/**
 * Takes care of what goes wrong with the streams. A reader that went away (`up | head`), or a terminal that was closed,
 * must not cut a run off; a disk that is full must not pass for an answer.
 */
export function guardOutput({ stdout, stderr }: Pick<NodeJS.Process, "stdout" | "stderr"> = process): Output {
  let lost: Error | undefined;
  const isGone = ({ code }: NodeJS.ErrnoException) => code === "EPIPE" || (code === "EIO" && stdout.isTTY);
  stdout.on("error", (error: Error) => {
    if (!isGone(error)) lost ??= error;
  });
  stderr.on("error", () => {});
  return {
    // The stream tells of its error a moment after it has called back.
    print: (text) => new Promise((resolve) => void stdout.write(text, () => setImmediate(resolve))),
    exitCode: (wanted) => {
      if (!lost) return wanted;
      stderr.write(`What there was to say could not be written to standard output: ${lost.message}\n`);
      return wanted === EXIT.ok ? EXIT.failed : wanted;
    },
  };
}

/** What a command says to a person on standard output: what went wrong along the way, and its answer. */
export function answerText({ verbose }: Call, { findings }: Context, { report, failure }: End): string {
  const style: Style = { columns: Math.min(process.stdout.columns ?? 120, 120), paint: paintFor(process.stdout) };
  const problems = failure instanceof Interrupted ? [] : problemLines(findings, style, verbose);
  return [...problems, ...(report?.lines(style) ?? [])].map((line) => `${line}\n`).join("");
}

/** Why it ended as it did, for a person on standard error. */
export function failureText({ command, environment }: Call, { log }: Context, failure: Failure): string {
  const paint = paintFor(process.stderr);
  const isInterrupted = failure instanceof Interrupted;
  const [first = "", ...rest] = failure.message.split("\n");
  const lines = [
    paint(["bold", isInterrupted ? "yellow" : "red"], first),
    ...rest,
    ...(failure.fix?.split("\n") ?? []),
    ...(isInterrupted ? [`${typed(command, environment)} goes on from here.`] : []),
    ...(log.file === undefined ? [] : [`Log: ${log.file}`]),
  ];
  return `\n${lines.map((line) => `  ${line}\n`).join("")}`;
}

/** The `--json` document of a command that ran. */
export function answerDocument(call: Call, context: Context, { exitCode, report, failure }: End): string {
  return document({
    command: call.command,
    environment: call.environment || null,
    exitCode,
    milliseconds: Math.round(context.elapsed()),
    logFile: context.log.file ?? null,
    steps: context.steps.all.map(stepDocument),
    ...(call.keepSteps && context.findings),
    ...report?.json,
    ...(failure && { error: { message: failure.message, fix: failure.fix ?? null } }),
  });
}

/** The `--json` document of arguments that were refused. `command` is empty if they name none. */
export function refusalDocument(command: string, message: string, fix: string): string {
  return document({
    command: command || null,
    environment: null,
    exitCode: EXIT.usage,
    milliseconds: 0,
    logFile: null,
    steps: [],
    error: { message, fix },
  });
}

function stepDocument({ name, state, detail, began, ended = began }: Step) {
  return { name, state, detail, milliseconds: ended - began };
}

function document(fields: Readonly<Record<string, unknown>>): string {
  return `${JSON.stringify({ plumbline: SCHEMA, ...fields }, null, 2)}\n`;
}
