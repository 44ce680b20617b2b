import { Command, Option } from "commander";
import packageJson from "../package.json" with { type: "json" };
import { NODE_KINDS } from "../stacks/node-kinds.ts";
import {
  call,
  DEFAULT_ENVIRONMENT,
  environmentName,
  look,
  type OnEnd,
  type Shared,
  shared,
  wholeNumber,
} from "./arguments.ts";
import { addCheckCommand } from "./check-program.ts";
import { addFaultCommands } from "./fault-program.ts";
import { addImagesCommands } from "./images-program.ts";
import type { NodeChoice } from "./node-choice.ts";
import { addReleaseCommands } from "./release-program.ts";
import { runCommand } from "./runner.ts";
import { addScanCommand } from "./scan-program.ts";

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
  addCheckCommand(root, onEnd);
  addClusterCommands(root, onEnd);
  addFaultCommands(root, onEnd);
  addReleaseCommands(root, onEnd);
  addImagesCommands(root, onEnd);
  addScanCommand(root, onEnd);
  return root;
}

function addClusterCommands(root: Command, onEnd: OnEnd): void {
  const cluster = root
    .command("cluster")
    .description("the rehearsal cluster of an environment, by itself")
    .helpCommand(false);
  const add = (name: "start" | "stop" | "status" | "reset", description: string) =>
    environmentCommand(cluster, name, description).action(
      async (environment: string, options: Shared & Partial<NodeChoice>) => {
        const { clusterCommands } = await import("./commands/cluster.ts");
        const how = (name === "status" ? look : call)(`cluster ${name}`, environment, options);
        onEnd(await runCommand(how, (context) => clusterCommands[name](context, environment, options)));
      },
    );
  add("start", "start it, with its data if it has any")
    .addOption(new Option("--nodes <kind>", "what its pods run on; remembered until a reset").choices(NODE_KINDS))
    .option("--zones <number>", "how many zones have a real node; default: all", wholeNumber);
  add("stop", "stop it; its data stays");
  add("status", "say whether it runs, and where");
  add("reset", "stop it, and remove its data");
}

function environmentCommand(parent: Command, name: string, description: string): Command {
  const command = parent.command(name).description(description);
  return shared(
    command.argument("[environment]", "a file in stacks/, without .yaml", environmentName, DEFAULT_ENVIRONMENT),
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

const EXIT_HELP = `
Exit codes: 0 done, 1 failed, 2 wrong arguments or environment file, 3 a mandatory rule is violated,
4 a tool is missing, 130 interrupted; check and scan have their own (plumbline check --help). The environment's files are in stacks/; docs/cli.md tells the rest.`;
