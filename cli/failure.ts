/** What the process ends with. Scripts may rely on these numbers; docs/cli.md tells them to people. */
export const EXIT = {
  ok: 0,
  /** Something went wrong while it ran. */
  failed: 1,
  /** Wrong arguments or a wrong environment file; nothing was touched. */
  usage: 2,
  /** A mandatory policy is violated; nothing was made. */
  policy: 3,
  /** A tool is missing on this machine, and cannot be built. */
  toolMissing: 4,
  /** Interrupted, as shells number it: 128 + SIGINT. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** An end that was foreseen: its message is for the person at the screen, and no stack trace helps them. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly exitCode: ExitCode;
  /** What to do about it: commands or sentences. */
  readonly fix: string | undefined;

  constructor(exitCode: ExitCode, message: string, fix?: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
    this.fix = fix;
  }
}

/** The person stopped the run. */
export class Interrupted extends Failure {
  constructor(fix?: string) {
    super(EXIT.interrupted, "Interrupted.", fix);
  }
}
