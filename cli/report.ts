import type { Context } from "./context.ts";
import type { ExitCode, Failure } from "./failure.ts";
import type { Findings } from "./findings.ts";
import type { Paint } from "./view/format.ts";
import type { Step } from "./view/screen.ts";

/** How wide the summary may be, and with which colours. */
export interface Style {
  readonly columns: number;
  readonly paint: Paint;
}

/** What a command has to say when it has ended: to a person, and to a machine. */
export interface Report {
  lines(style: Style): readonly string[];
  /** The command's own part of the `--json` document. */
  readonly json: Readonly<Record<string, unknown>>;
  /** Default: that of the failure, else 0. */
  readonly exitCode?: ExitCode;
  /** What could not be told. The rest is shown all the same. */
  readonly failure?: Failure;
}

/** A run as its summary tells it. */
export interface Summary {
  readonly environment: string;
  readonly steps: readonly Step[];
  readonly milliseconds: number;
  /** Undefined if there is none. */
  readonly logFile: string | undefined;
}

/** The report of a command that runs the engine: its own lines, and everything that it found as JSON. */
export function runReport(
  { findings, steps, log, elapsed }: Context,
  environment: string,
  linesOf: (summary: Summary, findings: Findings, style: Style) => readonly string[],
): Report {
  const summary = { environment, steps: steps.all, milliseconds: elapsed(), logFile: log.file };
  return { lines: (style) => linesOf(summary, findings, style), json: {} };
}
