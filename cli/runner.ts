import { join } from "node:path";
import { cacheDirectory } from "../rehearsal/toolchain/cache.ts";
import { RehearsalError } from "../rehearsal/toolchain/error.ts";
import type { Context } from "./context.ts";
import { EXIT, type ExitCode, Failure } from "./failure.ts";
import { noFindings } from "./findings.ts";
import { Interrupt } from "./interrupt.ts";
import type { Report } from "./report.ts";
import { RunLog } from "./run-log.ts";
import { answerDocument, answerText, type End, failureText, guardOutput } from "./runner-output.ts";
import { Steps } from "./steps.ts";
import { paintFor } from "./view/format.ts";
import { Lines } from "./view/lines.ts";
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

/** Runs a command: gives it a screen, a log and ears for Ctrl-C, shows what it reports, and says how it ended. */
export async function runCommand(call: Call, work: (context: Context) => Promise<Report>): Promise<ExitCode> {
  const { command, environment } = call;
  const began = performance.now();
  const elapsed = () => performance.now() - began;
  const output = guardOutput();
  const cacheDir = cacheDirectory();
  const log = new RunLog(join(cacheDir, "logs"), command.replaceAll(" ", "-"), environment);
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
  const end = await ending(() => work(context), cacheDir);
  deaf();
  steps.notice(undefined);
  display.close();
  await output.print((call.json ? answerDocument : answerText)(call, context, end));
  if (!call.json && end.failure) process.stderr.write(failureText(call, context, end.failure));
  const exitCode = output.exitCode(end.exitCode);
  log.write(`exit code ${exitCode}`);
  return exitCode;
}

const ASKED = "Stopping: what is in flight is being finished. Ctrl-C once more ends it at once.";
const INSISTED = "Ending at once. The next up finds out what was left, and goes on.";

async function ending(work: () => Promise<Report>, cacheDir: string): Promise<End> {
  try {
    const report = await work();
    const { failure, exitCode = failure?.exitCode ?? EXIT.ok } = report;
    return { exitCode, report, ...(failure && { failure }) };
  } catch (error) {
    const failure = failureOf(error, cacheDir);
    return { exitCode: failure.exitCode, failure };
  }
}

/** What a person needs of an error. Of one that nobody foresaw, the stack trace is in the log. */
function failureOf(error: unknown, cacheDir: string): Failure {
  if (error instanceof Failure) return error;
  if (error instanceof RehearsalError) return new Failure(EXIT.failed, error.message, undefined, { cause: error });
  const message = error instanceof Error ? error.message : String(error);
  const { path } = error as NodeJS.ErrnoException;
  if (path?.startsWith(cacheDir))
    return new Failure(EXIT.failed, `The cache folder ${cacheDir} cannot be used: ${message}.`, CACHE_FIX, {
      cause: error,
    });
  return new Failure(EXIT.failed, message, undefined, { cause: error });
}

const CACHE_FIX = "npm run doctor looks at it. To use another: export PLUMBLINE_CACHE=/a/folder/of/yours";

function displayFor({ json, keepSteps }: Call): Display {
  const { stdout, stderr } = process;
  if (stdout.isTTY && !json) return new Terminal(stdout, paintFor(stdout), { keep: keepSteps });
  const stream = json || !keepSteps ? stderr : stdout;
  return new Lines((line) => void stream.write(`${line}\n`), { quiet: !keepSteps });
}
