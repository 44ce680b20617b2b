import { type Command, InvalidArgumentError } from "commander";
import { isLabel } from "../rehearsal/toolchain/name.ts";
import type { ExitCode } from "./failure.ts";
import type { Call } from "./runner.ts";

/** The environment that is meant when none is named. */
export const DEFAULT_ENVIRONMENT = "local";

/** What every command can be told. */
export interface Shared {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Called with the exit code of the command that was run. */
export type OnEnd = (exitCode: ExitCode) => void;

/** The name becomes a stack, a cluster and a folder: nothing is made for one that cannot be all of them. */
export function environmentName(given: string): string {
  if (isLabel(given)) return given;
  throw new InvalidArgumentError(
    "Allowed: lower-case letters, digits and hyphens, a letter or digit first and last, at most 63 characters.",
  );
}

export function wholeNumber(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Allowed: a whole number from 1 on.");
}

export function shared(command: Command): Command {
  return command
    .option("--json", "one JSON document on standard output; progress goes to standard error")
    .option("-v, --verbose", "name every resource, and show the program's messages");
}

/** Of a command whose first argument is something of the environment. */
export function onEnvironment(command: Command): Command {
  return shared(
    command.option(
      "-e, --environment <name>",
      "a file in stacks/, without .yaml",
      environmentName,
      DEFAULT_ENVIRONMENT,
    ),
  );
}

/** A command that does something: its steps stay on the screen. */
export function call(command: string, environment: string, { json = false, verbose = false }: Shared): Call {
  return { command, environment, json, verbose, keepSteps: true };
}

/** A command that only looks: its steps are shown while they last. */
export function look(command: string, environment: string, options: Shared): Call {
  return { ...call(command, environment, options), keepSteps: false };
}
