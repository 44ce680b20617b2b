import { Command, InvalidArgumentError, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { isLabel } from "../rehearsal/toolchain/name.ts";
import type { ExitCode } from "./failure.ts";
import { type Call, runCommand } from "./runner.ts";

/** The environment that is meant when none is named. */
const DEFAULT_ENVIRONMENT = "local";

interface Shared {
  readonly json?: boolean;
  readonly verbose?: boolean;
}

/** Called with the exit code of the command that was run. */
type OnEnd = (exitCode: ExitCode) => void;

/** The command line: what there is to call, and with which arguments. Commands are loaded when they are called. */
export function program(onEnd: OnEnd): Command {
  const root = new Command("plumbline")
    .description("Brings up, shows and takes down a production-shaped stack; locally on a rehearsal cluster.")
    .version(packageJson.version)
    .showHelpAfterError("(plumbline --help shows what is allowed)")
    .helpCommand(false)
    .addHelpText("after", EXIT_HELP);

  environmentCommand(root, "up", "make an environment what its file says; run again, it changes nothing").action(
    async (environment: string, options: Shared) => {
      const { up } = await import("./commands/up.ts");
      onEnd(await runCommand(call("up", environment, options), (context) => up(context, environment)));
    },
  );
  environmentCommand(root, "preview", "show what up would do, and whether the rules hold").action(
    async (environment: string, options: Shared) => {
      const { preview } = await import("./commands/preview.ts");
      onEnd(await runCommand(call("preview", environment, options), (context) => preview(context, environment)));
    },
  );
  environmentCommand(root, "down", "delete everything that up made")
    .option("-y, --yes", "do not ask; a rehearsal never asks", false)
    .option("--keep-protected", "keep protected resources, and delete the rest", false)
    .action(async (environment: string, options: Shared & { yes: boolean; keepProtected: boolean }) => {
      const { down } = await import("./commands/down.ts");
      onEnd(await runCommand(call("down", environment, options), (context) => down(context, environment, options)));
    });
  environmentCommand(root, "status", "say what stands, what is ready, and how the last up ended")
    .option("--drift", "compare what stands with the state now", false)
    .action(async (environment: string, options: Shared & { drift: boolean }) => {
      const { status } = await import("./commands/status.ts");
      onEnd(await runCommand(look("status", environment, options), (context) => status(context, environment, options)));
    });
  shared(root.command("doctor").description("say what this machine lacks, and the command that gets it")).action(
    async (options: Shared) => {
      const { doctor } = await import("./commands/doctor.ts");
      onEnd(await runCommand(look("doctor", "", options), doctor));
    },
  );
  addClusterCommands(root, onEnd);
  return root;
}

function addClusterCommands(root: Command, onEnd: OnEnd): void {
  const cluster = root
    .command("cluster")
    .description("the rehearsal cluster of an environment, by itself")
    .helpCommand(false);
  const add = (name: "start" | "stop" | "status" | "reset", description: string) =>
    environmentCommand(cluster, name, description).action(async (environment: string, options: Shared & NodesAsked) => {
      const { clusterCommands } = await import("./commands/cluster.ts");
      const how = (name === "status" ? look : call)(`cluster ${name}`, environment, options);
      onEnd(await runCommand(how, (context) => clusterCommands[name](context, environment, options)));
    });
  add("start", "start it, with its data if it has any")
    .addOption(
      new Option("--nodes <kind>", "what its pods run on; remembered until a reset").choices([
        "simulated",
        "real",
        "both",
      ]),
    )
    .option("--zones <number>", "how many zones have a real node; default: all", wholeNumber);
  add("stop", "stop it; its data stays");
  add("status", "say whether it runs, and where");
  add("reset", "stop it, and remove its data");
}

interface NodesAsked {
  readonly nodes?: "simulated" | "real" | "both";
  readonly zones?: number;
}

function wholeNumber(given: string): number {
  if (/^[1-9]\d?$/.test(given)) return Number(given);
  throw new InvalidArgumentError("Allowed: a whole number from 1 on.");
}

function environmentCommand(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description);
  return shared(
    command.argument("[environment]", "a file in stacks/, without .yaml", environmentName, DEFAULT_ENVIRONMENT),
  );
}

/** The name becomes a stack, a cluster and a folder: nothing is made for one that cannot be all of them. */
function environmentName(given: string): string {
  if (isLabel(given)) return given;
  throw new InvalidArgumentError(
    "Allowed: lower-case letters, digits and hyphens, a letter or digit first and last, at most 63 characters.",
  );
}

/**
 * Has every command throw what it thinks of its arguments, where commander would end the process. `tell` is called before
 * with the command that was not satisfied, such as `cluster start`; empty if none was named.
 */
export function throwing(root: Command, tell: (command: string) => void): void {
  const arm = (command: Command, path: string) => {
    command.exitOverride((error) => {
      tell(path);
      throw error;
    });
    for (const child of command.commands) arm(child, `${path} ${child.name()}`.trim());
  };
  arm(root, "");
}

function shared(command: Command): Command {
  return command
    .option("--json", "one JSON document on standard output; progress goes to standard error")
    .option("-v, --verbose", "name every resource, and show the program's messages");
}

/** A command that does something: its steps stay on the screen. */
function call(command: string, environment: string, { json = false, verbose = false }: Shared): Call {
  return { command, environment, json, verbose, keepSteps: true };
}

/** A command that only looks: its steps are shown while they last. */
function look(command: string, environment: string, options: Shared): Call {
  return { ...call(command, environment, options), keepSteps: false };
}

const EXIT_HELP = `
Exit codes: 0 done, 1 failed, 2 wrong arguments or environment file, 3 a mandatory rule is violated,
4 a tool is missing, 130 interrupted. The environment's files are in stacks/; docs/cli.md tells the rest.`;
