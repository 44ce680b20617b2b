import { Command, CommanderError } from "commander";
import { addCheckCommand } from "./check-program.ts";
import { EXIT } from "./failure.ts";

/** `plumbline check` by itself: started by the launcher, with nothing loaded that it does not need. */
async function main(): Promise<void> {
  const root = new Command("plumbline").helpCommand(false);
  const command = addCheckCommand(root, (exitCode) => {
    process.exitCode = exitCode;
  });
  command.configureOutput({
    outputError: (text, write) => write(text.replace(/^error: /, "plumbline check: ")),
  });
  command.exitOverride().showHelpAfterError("(plumbline check --help shows what is allowed)");
  try {
    await root.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : EXIT.usage;
  }
}

await main();
// The launcher's channel would keep an ended run alive.
process.channel?.unref();
