import { join } from "node:path";
import { cacheDirectory, RehearsalError } from "../rehearsal/index.ts";
import type { Context } from "./context.ts";
import { EXIT, type ExitCode, Failure, Interrupted } from "./failure.ts";
import { noFindings } from "./findings.ts";
import { Interrupt } from "./interrupt.ts";
import type { Report, Style } from "./report.ts";
import { RunLog } from "./run-log.ts";
import { Steps } from "./steps.ts";
import { paintFor } from "./view/format.ts";
import { Lines } from "./view/lines.ts";
import { problemLines } from "./view/problems.ts";
import type { Display } from "./view/screen.ts";
import { Terminal } from "./view/terminal.ts";

/** A command as it was called. */
export interface Call {
  /** Such as `up` or `cluster start`. */
  readonly command: string;
  /** Empty for a command that is about the machine. */
  readonly environment: string;
  readonly json: boolean;
  readonly verbose: boolean;
  /** Whether the steps are worth keeping on the screen, or only shown while they last. */
  readonly keepSteps: boolean;
}

/** Version of the `--json` document. It grows by fields without notice; anything else raises the number. */
const SCHEMA = 1;

/** Runs a command: gives it a screen, a log and ears for Ctrl-C, shows what it reports, and says how it ended. */
export async function runCommand(call: Call, work: (context: Context) => Promise<Report>): Promise<ExitCode> {
  const { command, environment } = call;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const cacheDir = cacheDirectory();
  const log = new RunLog(join(cacheDir, "logs"), command.replaceAll(" ", "-"), environment);
  // A reader that went away (`up | head`), or a terminal that was closed, must not cut a run off.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => {});
  const display = displayFor(call);
  const steps = new Steps(["plumbline", command, environment].filter(Boolean).join(" "), display, log);
  const interrupt = new Interrupt();
  const deaf = interrupt.listen();
  interrupt.asked.addEventListener("abort", () => steps.notice(ASKED));
  interrupt.insisted.addEventListener("abort", () => steps.notice(INSISTED));
  const context: Context = {
    cacheDir,
    log,
    steps,
    interrupt,
    halt: new AbortController(),
    findings: noFindings(),
    env: process.env,
    verbose: call.verbose,
    elapsed,
  };
  const end = await ending(() => work(context));
  deaf();
  steps.notice(undefined);
  display.close();
  log.write(`exit code ${end.exitCode}`);
  if (call.json) writeJson(call, context, end);
  else writeText(call, context, end);
  return end.exitCode;
}

const ASKED = "Stopping: what is in flight is being finished. Ctrl-C once more ends it at once.";
const INSISTED = "Ending at once. The next up finds out what was left, and goes on.";

interface End {
  readonly exitCode: ExitCode;
  readonly report?: Report;
  readonly failure?: Failure;
}

async function ending(work: () => Promise<Report>): Promise<End> {
  try {
    const report = await work();
    return { exitCode: report.exitCode ?? EXIT.ok, report };
  } catch (error) {
    const failure = failureOf(error);
    return { exitCode: failure.exitCode, failure };
  }
}

/** What a person needs of an error. Of one that nobody foresaw, the stack trace is in the log. */
function failureOf(error: unknown): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof RehearsalError) return new Failure(EXIT.failed, error.message, undefined, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(EXIT.failed, message, undefined, { cause: error });
}

function displayFor({ json, keepSteps }: Call): Display {
  const { stdout, stderr } = process;
  if (stdout.isTTY && !json) return new Terminal(stdout, paintFor(stdout), { keep: keepSteps });
  const stream = json || !keepSteps ? stderr : stdout;
  return new Lines((line) => void stream.write(`${line}\n`), { quiet: !keepSteps });
}

function writeText({ command, environment, verbose }: Call, context: Context, { report, failure }: End): void {
  const style: Style = { columns: Math.min(process.stdout.columns ?? 120, 120), paint: paintFor(process.stdout) };
  const problems = failure instanceof Interrupted ? [] : problemLines(context.findings, style, verbose);
  const text = [...problems, ...(report?.lines(style) ?? [])];
  if (text.length > 0) process.stdout.write(`${text.join("\n")}\n`);
  if (!failure) return;
  const ask = failure instanceof Interrupted ? [`  plumbline ${command} ${environment} goes on from here.`] : [];
  const paint = paintFor(process.stderr);
  const lines = [
    "",
    `  ${paint(["bold", failure instanceof Interrupted ? "yellow" : "red"], failure.message.split("\n")[0] ?? "")}`,
    ...failure.message
      .split("\n")
      .slice(1)
      .map((line) => `  ${line}`),
    ...(failure.fix?.split("\n").map((line) => `  ${line}`) ?? []),
    ...ask,
    `  Log: ${context.log.file}`,
  ];
  process.stderr.write(`${lines.join("\n")}\n`);
}

function writeJson(call: Call, context: Context, { exitCode, report, failure }: End): void {
  const { elapsed, log, steps } = context;
  const document = {
    plumbline: SCHEMA,
    command: call.command,
    environment: call.environment || null,
    exitCode,
    milliseconds: Math.round(elapsed()),
    logFile: log.file,
    steps: steps.all.map(({ name, state, detail, began, ended }) => ({
      name,
      state,
      detail,
      milliseconds: (ended ?? began) - began,
    })),
    ...(call.keepSteps && context.findings),
    ...report?.json,
    ...(failure && { error: { message: failure.message, fix: failure.fix ?? null } }),
  };
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
