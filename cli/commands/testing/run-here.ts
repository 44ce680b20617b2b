import { PassThrough, type Writable } from "node:stream";
import { vi } from "vitest";
import type { Context } from "../../context.ts";
import type { Report } from "../../report.ts";
import { runCommand } from "../../runner.ts";

export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  /** Default: true. */
  readonly json?: boolean;
  /** A terminal takes the place of this process's streams, and this is typed there when a question is shown. */
  readonly typed?: string;
}

/** Runs a command in this process as the command line does, and keeps what it says. */
export async function runHere(
  command: string,
  environment: string,
  work: (context: Context) => Promise<Report>,
  { json = true, typed }: RunOptions = {},
): Promise<Ended> {
  const undo = typed === undefined ? () => {} : seat(typed);
  const [stdout, stderr] = [heard(process.stdout), heard(process.stderr)];
  const call = { command, environment, json, verbose: false, keepSteps: command !== "status" };
  try {
    const code = await runCommand(call, work);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    for (const stream of [stdout, stderr]) stream.restore();
    undo();
  }
}

/** Keeps what is written to a stream from it. */
function heard(stream: Writable): { text(): string; restore(): void } {
  const chunks: string[] = [];
  const spy = vi.spyOn(stream, "write").mockImplementation((chunk: unknown, ...rest: readonly unknown[]) => {
    chunks.push(String(chunk));
    stream.emit("heard", String(chunk));
    const written = rest.at(-1);
    if (typeof written === "function") written();
    return true;
  });
  return { text: () => chunks.join(""), restore: () => spy.mockRestore() };
}

/** Puts this process at a terminal with someone who types this once, as the answer to a question. */
function seat(typed: string): () => void {
  const stdin = Object.assign(new PassThrough(), { isTTY: true, setRawMode: () => stdin });
  const stdout = Object.assign(new PassThrough(), { isTTY: true, columns: 100, rows: 30 });
  const answer = (shown: string) => {
    if (!shown.includes("to go on: ")) return;
    stdout.off("heard", answer);
    stdin.write(typed);
  };
  stdout.on("heard", answer);
  const spies = [
    vi.spyOn(process, "stdin", "get").mockReturnValue(stdin as unknown as typeof process.stdin),
    vi.spyOn(process, "stdout", "get").mockReturnValue(stdout as unknown as typeof process.stdout),
  ];
  return () => {
    for (const spy of spies) spy.mockRestore();
  };
}
