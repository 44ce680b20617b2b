import { fileURLToPath } from "node:url";
import type { RunPluginRequest } from "@pulumi/pulumi/proto/language_pb.js";
import type { Command } from "./children.ts";
import { type RuntimeOptions, runtimeOptions, typescriptEnvironment } from "./options.ts";
import { locateRunner } from "./sdk.ts";

const PACK_LOADER = fileURLToPath(new URL("./pack.ts", import.meta.url));

/** The process that runs a plugin written in JavaScript or TypeScript: a folder with a PulumiPlugin.yaml. */
export function pluginCommand(request: RunPluginRequest): Command {
  const { directory, options, env } = read(request);
  const args = [...options.nodeArgs, locateRunner("run-plugin", directory), directory, ...request.getArgsList()];
  return { file: process.execPath, args, env, cwd: request.getPwd() };
}

/** The process that runs a policy pack; `settings` are environment variables that tell it about the stack. */
export function policyPackCommand(request: RunPluginRequest, settings: Record<string, string>): Command {
  const { directory, options, env } = read(request);
  // Before the engine's address, which is the last argument, there may be flags about logging: they are not for a pack.
  const engine = request.getArgsList().at(-1) ?? "";
  const runner = options.typescript
    ? [locateRunner("run-policy-pack", directory), engine, directory]
    : [PACK_LOADER, directory];
  return {
    file: process.execPath,
    args: [...options.nodeArgs, ...runner],
    env: { ...env, ...settings },
    cwd: directory,
  };
}

function read(request: RunPluginRequest): { directory: string; options: RuntimeOptions; env: Record<string, string> } {
  const info = request.getInfo();
  const options = runtimeOptions(info);
  const pairs = request.getEnvList().map((pair): [string, string] => {
    const at = pair.indexOf("=");
    return [pair.slice(0, at), pair.slice(at + 1)];
  });
  const env = { ...Object.fromEntries(pairs), ...typescriptEnvironment(options) };
  return { directory: info?.getProgramDirectory() || request.getProgram(), options, env };
}
