import { createRequire } from "node:module";
import { join } from "node:path";

/** The runners that npm's `@pulumi/pulumi` ships: for a program, for a policy pack, and for a plugin. */
export type Runner = "run" | "run-policy-pack" | "run-plugin";

/**
 * Path of a runner, of the `@pulumi/pulumi` that is installed for `directory`.
 * @throws when none is installed there; the message says what to do.
 */
export function locateRunner(runner: Runner, directory: string): string {
  try {
    return createRequire(join(directory, "package.json")).resolve(`@pulumi/pulumi/cmd/${runner}/index.js`);
  } catch (cause) {
    const message = `@pulumi/pulumi is not installed for ${directory}: run npm install there, or pulumi install`;
    throw new Error(message, { cause });
  }
}
