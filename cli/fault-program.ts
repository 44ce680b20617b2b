import type { Command } from "commander";
// Not by the rehearsal's index: it would be loaded whole for every command, `--help` included.
import { DEFAULTS, type Fault } from "../rehearsal/faults/fault.ts";
import { call, look, type OnEnd, onEnvironment, type Shared, wholeNumber } from "./arguments.ts";
import { runCommand } from "./runner.ts";

interface Options extends Shared {
  readonly environment: string;
}

interface Making extends Options {
  readonly duration: string;
  readonly wait?: boolean;
}

/** A kind of fault: what it is on, what it takes besides, and how a fault is made of both. */
interface Kind {
  readonly type: Fault["type"];
  readonly target: "node" | "zone" | "selector";
  readonly description: string;
  readonly options?: (command: Command) => Command;
}

const KINDS: readonly Kind[] = [
  {
    type: "pod-kill",
    target: "selector",
    description: "kill a pod at once; there is nothing to undo",
    options: (command) =>
      command
        .requiredOption("-n, --namespace <name>", "where the pods are")
        .option("--all", "all that the selector selects; one at random without it"),
  },
  { type: "node-kill", target: "node", description: "take a node's power away" },
  { type: "node-partition", target: "node", description: "cut a node off; it runs on" },
  { type: "zone-loss", target: "zone", description: "take the power of all nodes of a zone away" },
  { type: "drain", target: "node", description: "evict the pods of a node, as fast as disruption budgets allow" },
  {
    type: "cpu-hog",
    target: "node",
    description: "use up a node's processors",
    options: (command) => command.option("--cpu <quantity>", "how much, such as 1500m", DEFAULTS.cpu),
  },
  { type: "disk-full", target: "node", description: "have a node's kubelet take its disk for full" },
  {
    type: "clock-skew",
    target: "node",
    description: "set the clock that a node's containers read ahead, or back",
    options: (command) => command.option("--skew <time>", "ahead, or back with a hyphen: 5m, -90s", DEFAULTS.skew),
  },
  {
    type: "slow-network",
    target: "node",
    description: "have every packet from and to a node take longer",
    options: (command) =>
      command
        .option("--latency <time>", "how much longer, each way", DEFAULTS.latency)
        .option("--jitter <time>", "so much more or less, differently for each packet"),
  },
  {
    type: "packet-loss",
    target: "node",
    description: "lose packets from and to a node",
    options: (command) =>
      command.option("--percent <number>", "so many in a hundred, each way", wholeNumber, DEFAULTS.percent),
  },
];

/** `plumbline fault …`: a command for each kind of fault, `list` and `undo`. */
export function addFaultCommands(root: Command, onEnd: OnEnd): void {
  const fault = root
    .command("fault")
    .description("make nodes or pods of a rehearsal cluster fail, for a time")
    .helpCommand(false);
  for (const kind of KINDS) addKind(fault, kind, onEnd);
  onEnvironment(fault.command("list").description("say which faults there are")).action(async (options: Options) => {
    const { faultCommands } = await import("./commands/fault.ts");
    const { environment } = options;
    onEnd(
      await runCommand(look("fault list", environment, options), (context) => faultCommands.list(context, environment)),
    );
  });
  onEnvironment(fault.command("undo").description("undo a fault before its end"))
    .argument("[name]", "as it was told when the fault began, and as list tells it")
    .option("--all", "undo all of them", false)
    .action(async (name: string | undefined, options: Options & { readonly all: boolean }) => {
      const { faultCommands } = await import("./commands/fault.ts");
      const { environment } = options;
      const which = options.all ? undefined : name;
      if (options.all === (name !== undefined))
        throw fault.error("error: give the name of a fault, or --all, and not both", { code: "commander.faultName" });
      onEnd(
        await runCommand(call("fault undo", environment, options), (context) =>
          faultCommands.undo(context, environment, which),
        ),
      );
    });
}

function addKind(fault: Command, { type, target, description, options: own }: Kind, onEnd: OnEnd): void {
  const command = onEnvironment(fault.command(type).description(description)).argument(`<${target}>`, TARGETS[target]);
  own?.(command);
  if (type !== "pod-kill")
    command
      .option("--duration <time>", "when it undoes itself: 1s to 1h", DEFAULTS.duration)
      .option("--wait", "wait until it is over; Ctrl-C undoes it");
  command.action(async (given: string, options: Making) => {
    const { faultCommands } = await import("./commands/fault.ts");
    const { environment, wait = false, json: _, verbose: __, ...values } = options;
    // Each value is checked where the fault is made of them.
    const wanted = { type, [target]: given, ...values } as unknown as Fault;
    onEnd(
      await runCommand(call(`fault ${type}`, environment, options), (context) =>
        faultCommands.inject(context, environment, wanted, { wait }),
      ),
    );
  });
}

const TARGETS = {
  node: "the name of a node: kubectl get nodes",
  zone: "a zone of the environment's file, such as local-b",
  selector: "labels of the pods, such as app=web",
} as const;
