import { CommanderError } from "commander";
import { EXIT } from "./failure.ts";
import { program } from "./program.ts";

/** Reads the arguments, runs the command, and ends with its exit code. */
async function main(): Promise<void> {
  const root = program((exitCode) => {
    process.exitCode = exitCode;
  });
  for (const command of [root, ...root.commands, ...root.commands.flatMap((one) => one.commands)])
    command.exitOverride();
  try {
    await root.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

await main();
// The launcher's channel and a killed engine's pipes would keep an ended run alive.
process.exit();
