import { CommanderError } from "commander";
import { EXIT } from "./failure.ts";
import { program, throwing } from "./program.ts";
import { guardOutput, refusalDocument } from "./runner-output.ts";

/** Reads the arguments, runs the command, and ends with its exit code. */
async function main(): Promise<void> {
  const root = program((exitCode) => {
    process.exitCode = exitCode;
  });
  let refusing = "";
  throwing(root, (command) => {
    refusing = command;
  });
  try {
    await root.parseAsync();
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? EXIT.ok : await refused(refusing, error);
  }
}

/** Commander has told a person what is wrong. A machine is answered in its own way. */
async function refused(command: string, { message }: CommanderError): Promise<number> {
  const output = guardOutput();
  if (process.argv.includes("--json")) {
    const fix = ["plumbline", command, "--help shows what is allowed"].filter(Boolean).join(" ");
    await output.print(refusalDocument(command, message.replace(/^error: /, ""), fix));
  }
  return output.exitCode(EXIT.usage);
}

await main();
// The launcher's channel and a killed engine's pipes would keep an ended run alive.
process.exit();
