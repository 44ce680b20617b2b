import type { RunRequest } from "@pulumi/pulumi/proto/language_pb.js";
import type { Command, Ending } from "./children.ts";
import { runtimeOptions, typescriptEnvironment } from "./options.ts";
import { recordOf } from "./record.ts";

/** The exit code by which `@pulumi/pulumi` says that the user has been told already. */
const TOLD_ALREADY = 32;

/** The process that runs a Pulumi program: Node on the SDK's own runner, with everything the engine said about the run. */
export function programCommand(request: RunRequest, engine: string, runner: string): Command {
  const info = request.getInfo();
  const options = runtimeOptions(info);
  const flag = (name: string, value: string) => (value === "" ? [] : [`--${name}`, value]);
  return {
    file: process.execPath,
    args: [
      ...options.nodeArgs,
      runner,
      ...flag("monitor", request.getMonitorAddress()),
      ...flag("engine", engine),
      ...flag("organization", request.getOrganization()),
      ...flag("project", request.getProject()),
      ...flag("stack", request.getStack()),
      ...flag("root-directory", info?.getRootDirectory() ?? ""),
      ...flag("pwd", info?.getProgramDirectory() || request.getPwd()),
      ...flag("parallel", String(request.getParallel())),
      ...(request.getDryrun() ? ["--dry-run"] : []),
      info?.getEntryPoint() || ".",
      ...request.getArgsList(),
    ],
    env: {
      ...process.env,
      ...typescriptEnvironment(options),
      PULUMI_CONFIG: JSON.stringify(recordOf(request.getConfigMap())),
      PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    },
  };
}

/** What the engine is told of a program that has ended. */
export interface Outcome {
  /** Empty when all went well. */
  readonly error: string;
  /** The program failed, and has said why. */
  readonly bail: boolean;
}

/** Reads the end of a program's process. */
export function outcomeOf({ code, signal }: Ending): Outcome {
  if (code === 0) return { error: "", bail: false };
  if (code === TOLD_ALREADY) return { error: "", bail: true };
  const how = signal === null ? `non-zero exit code: ${code}` : `signal ${signal}`;
  return { error: `Program exited with ${how}`, bail: false };
}
