import type { Command } from "commander";
import { call, look, type OnEnd, onEnvironment, type Shared } from "./arguments.ts";
import { runCommand } from "./runner.ts";

interface Options extends Shared {
  readonly environment: string;
}

interface Asking extends Options {
  readonly namespace?: string;
}

const ASKS = {
  promote: "end the wait that a release is in: the new version stays",
  abort: "take a release back: the old version stays",
  retry: "try a version again that was taken back",
} as const;

/** `plumbline release list`, `promote`, `abort` and `retry`. */
export function addReleaseCommands(root: Command, onEnd: OnEnd): void {
  const release = root
    .command("release")
    .description("how the releases of blue-green and canary services go, and a person's say in them")
    .helpCommand(false);
  onEnvironment(release.command("list").description("say which version stands, and which is on its way")).action(
    async (options: Options) => {
      const { releaseCommands } = await import("./commands/release.ts");
      const { environment } = options;
      onEnd(
        await runCommand(look("release list", environment, options), (context) =>
          releaseCommands.list(context, environment),
        ),
      );
    },
  );
  for (const [ask, description] of Object.entries(ASKS) as [keyof typeof ASKS, string][])
    onEnvironment(release.command(ask).description(description))
      .argument("<service>", "its name, as release list tells it")
      .option("-n, --namespace <name>", "where it is, if its name is not enough")
      .action(async (service: string, options: Asking) => {
        const { releaseCommands } = await import("./commands/release.ts");
        const { environment, namespace } = options;
        onEnd(
          await runCommand(call(`release ${ask}`, environment, options), (context) =>
            releaseCommands.ask(context, environment, ask, { service, ...(namespace && { namespace }) }),
          ),
        );
      });
}
