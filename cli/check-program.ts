import { type Command, Option } from "commander";
import { FORMATS } from "../policies/check/formats.ts";
import type { OnEnd } from "./arguments.ts";
import type { CheckFlags } from "./commands/check.ts";

/** Adds `check`. It has a way in of its own (check-main.ts), which loads nothing else of the command line. */
export function addCheckCommand(root: Command, onEnd: OnEnd): Command {
  const several = (given: string, before: readonly string[]) => [...before, given];
  return root
    .command("check")
    .description("judge manifests, Pulumi states and previews by the rules; nothing is deployed, no cluster is asked")
    .argument(
      "[paths...]",
      "files and folders (*.yaml, *.yml, *.json); - is standard input, also when piped and none is named",
    )
    .option("-e, --environment <name>", "the levels and settings of an environment; default: strict ones")
    .option("-c, --config <file>", "levels and settings of rules, JSON or YAML, over those of the environment")
    .option("-r, --rule <id>", "ask this rule only; may be repeated", several, [])
    .option("--exemptions <file>", "exemptions, JSON or YAML, in the place of policies/exemptions.ts")
    .addOption(new Option("-f, --format <name>", "how the report is written").choices(FORMATS).default("text"))
    .option("-o, --output <file>", "write the report there, not to standard output")
    .option("--fix", "repair manifests in place, as far as rules can; what stays is reported", false)
    .option("--dry-run", "with --fix: print the changes as a diff, and change nothing", false)
    .addOption(
      new Option("--unknown <how>", "what it means that a mandatory rule cannot be judged")
        .choices(["fail", "warn"])
        .default("fail"),
    )
    .option(
      "--compare-with <path>",
      "a second stack, for rules that compare environments; may be repeated",
      several,
      [],
    )
    .addHelpText("after", EXIT_HELP)
    .action(async (paths: string[], flags: CheckFlags) => {
      const { runCheck } = await import("./commands/check.ts");
      onEnd(await runCheck(paths, flags));
    });
}

const EXIT_HELP = `
Exit codes: 0 every mandatory rule holds, 1 one is broken, 2 wrong use, or something could not be read: nothing was
judged, 3 a mandatory rule cannot be judged (--unknown warn makes that 0), 130 interrupted. A rule at level remediate is
a mandatory one: a check judges what is written.`;
