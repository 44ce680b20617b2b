/** Something on this machine does not serve. The message says what, where, and what was found; `fix` says what to do. */
export class RehearsalError extends Error {
  override readonly name = "RehearsalError";
  /** What to do, as commands or sentences. It is the end of the message too. */
  readonly fix: string;

  constructor(message: string, fix: string, options?: ErrorOptions) {
    super(`${message}\n${fix}`, options);
    this.fix = fix;
  }
}
