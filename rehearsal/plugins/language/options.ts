import type { ProgramInfo } from "@pulumi/pulumi/proto/language_pb.js";

/** What a project says under `runtime.options` in its Pulumi.yaml, PulumiPolicy.yaml or PulumiPlugin.yaml. */
export interface RuntimeOptions {
  /** Load ts-node and type-check at every start; `false` leaves TypeScript to Node itself. Default: true, as Pulumi's. */
  readonly typescript: boolean;
  /** Path of the tsconfig that ts-node reads, where it is not `tsconfig.json`. */
  readonly tsconfig: string | undefined;
  /** Arguments for node itself, such as `--max-old-space-size=4096`. */
  readonly nodeArgs: readonly string[];
  /** The package manager to install with; `undefined`: the one whose lock file is there. */
  readonly packageManager: string | undefined;
}

/** The options of a program, with Pulumi's defaults. */
export function runtimeOptions(info: ProgramInfo | undefined): RuntimeOptions {
  const options = info?.getOptions()?.toJavaScript() ?? {};
  const text = (name: string) => (options[name] === undefined ? undefined : String(options[name]));
  return {
    typescript: options.typescript !== false,
    tsconfig: text("tsconfig"),
    nodeArgs: (text("nodeargs") ?? "").split(/\s+/).filter(Boolean),
    packageManager: text("packagemanager"),
  };
}

/** How `@pulumi/pulumi` is told about TypeScript: by its environment. */
export function typescriptEnvironment({ typescript, tsconfig }: RuntimeOptions): Record<string, string> {
  return {
    ...(typescript && { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(tsconfig !== undefined && { PULUMI_NODEJS_TSCONFIG_PATH: tsconfig }),
  };
}
