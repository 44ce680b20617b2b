import { type Command, InvalidArgumentError } from "commander";
import { call, environmentName, look, type OnEnd, type Shared, shared } from "./arguments.ts";
import { runCommand } from "./runner.ts";

/** What both commands are told about registries. */
export interface AskOptions {
  /** What is asked in a registry's place, by that registry's name. */
  readonly registryMirror: ReadonlyMap<string, URL>;
}

type Options = Shared & AskOptions;

/** `plumbline images lock` and `check`. */
export function addImagesCommands(root: Command, onEnd: OnEnd): void {
  const images = root
    .command("images")
    .description("which bytes the images are that environments run, and whether they are still mended")
    .helpCommand(false);
  onRegistries(
    images.command("lock").description("ask registries what tags mean, and write that to stacks/images.lock.json"),
  )
    .option("--renew", "ask for what is locked too, and take what has changed", false)
    .action(async (environments: string[], options: Options & { renew: boolean }) => {
      const { imagesCommands } = await import("./commands/images.ts");
      const how = call("images lock", "", options);
      onEnd(await runCommand(how, (context) => imagesCommands.lock(context, environments, options)));
    });
  onRegistries(
    images
      .command("check")
      .description("say what is not locked, which tags have moved, and what has reached the end of its life"),
  )
    .option("--offline", "ask no registry: do not look for tags that have moved", false)
    .action(async (environments: string[], options: Options & { offline: boolean }) => {
      const { imagesCommands } = await import("./commands/images.ts");
      const how = look("images check", "", options);
      onEnd(await runCommand(how, (context) => imagesCommands.check(context, environments, options)));
    });
}

function onRegistries(command: Command): Command {
  return shared(
    command
      .argument("[environments...]", "files in stacks/, without .yaml; all but rehearsals by default", several, [])
      .option("--registry-mirror <name=url>", "ask this in a registry's place; may be repeated", mirror, new Map()),
  );
}

function several(given: string, before: readonly string[]): readonly string[] {
  return [...before, environmentName(given)];
}

function mirror(given: string, before: ReadonlyMap<string, URL>): ReadonlyMap<string, URL> {
  const [, name = "", url = ""] = /^([\w.-]+(?::\d+)?)=(https?:\/\/[^\s?#@]+)$/.exec(given) ?? [];
  if (!URL.canParse(url))
    throw new InvalidArgumentError("Allowed: <name>=<url>, such as docker.io=https://mirror.example.com");
  return new Map([...before, [name, new URL(url)]]);
}
