import { RunError } from "@pulumi/pulumi/errors.js";
import { passwordIn } from "./secret-text.ts";

/** One thing that is wrong with an input: where it is, what was given, what is allowed. */
export interface Problem {
  /** Path of the field from the component's arguments, such as `scaling.min`. */
  readonly field: string;
  readonly given: unknown;
  /** What is allowed, as the end of the sentence "allowed: …". */
  readonly allowed: string;
}

/**
 * Bad input to a component, found before any resource is made. It lists every problem, not only the first. As a `RunError` it ends a
 * program with its message alone: the stack trace would lead into the component.
 */
export class InvalidArgsError extends RunError {
  override readonly name = "InvalidArgsError";
  /** What was given the input, such as `Microservice "orders"`. */
  readonly subject: string;
  readonly problems: readonly Problem[];

  constructor(subject: string, problems: readonly Problem[]) {
    const lines = problems.map((problem) => `  ${describe(problem)}`);
    const message = [`${subject} was given arguments that it cannot use:`, ...lines].join("\n");
    super(message);
    this.subject = subject;
    this.problems = problems;
    keepMessage(this, message);
  }
}

/**
 * What cannot be judged because the program failed before its end. It only follows from the other error, and says so; the command line
 * leaves it out by these words.
 */
export class UnfinishedProgramError extends RunError {
  override readonly name = "UnfinishedProgramError";

  /** `what` is left open, as a sentence without its end. */
  constructor(what: string) {
    const message = `${what}; the program failed before its end: mend the other error first`;
    super(message);
    keepMessage(this, message);
  }
}

/**
 * An error that an input fails with gets the input's name before its message, once more for each resource that has the input: Pulumi
 * assigns to `message`. Ours says already where it belongs.
 */
function keepMessage(error: Error, message: string): void {
  Object.defineProperty(error, "message", { get: () => message, set: () => {} });
}

/** Throws {@link InvalidArgsError} if there is any problem. */
export function refuse(subject: string, problems: readonly Problem[]): void {
  if (problems.length > 0) throw new InvalidArgsError(subject, problems);
}

/** A problem as one line for the reader. What was given is not repeated if it seems to be a secret. */
export function describe({ field, given, allowed }: Problem): string {
  return `${field}: ${given === undefined ? "nothing was given" : `${shown(given)} was given`}; allowed: ${allowed}`;
}

function shown(given: unknown): string {
  const secret = typeof given === "string" ? passwordIn(given) : undefined;
  if (secret !== undefined) return JSON.stringify(`<${secret}>`);
  // In JSON what is no number would be null, a function nothing, and some values are none at all.
  if (typeof given === "number") return String(given);
  try {
    return JSON.stringify(given) ?? `a ${typeof given}`;
  } catch {
    return `a ${typeof given} that is no JSON`;
  }
}
