import { mkdir, symlink, writeFile } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { command } from "./command.ts";
import { contentKey, moduleDigest } from "./content-key.ts";
import { RehearsalError } from "./error.ts";
import { type Go, goEnvironment, requireGo } from "./go.ts";
import { memoryBytes } from "./memory.ts";
import { findProduct, MAKER, produce } from "./product.ts";
import { type Following, follow, type Say } from "./progress.ts";

/** A program that is built from a Go module of this repository. */
export interface GoTool {
  readonly name: string;
  readonly version: string;
  /** Folder of its go.mod. */
  readonly moduleDir: string;
  /** Import path of its main package. */
  readonly package: string;
  /** For Go's linker, after `-s -w`. */
  readonly ldflags: readonly string[];
  /** Arguments that make a good build exit with 0: a build that cannot do this is refused. */
  readonly smoke: readonly string[];
  /** Other names of the same program. */
  readonly links: readonly string[];
}

export interface GoBuildOptions extends Following {
  readonly toolsDir: string;
  /** Environment in which Go is looked up and run. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Folders in which Go is looked for after PATH. Default: where its installers put it. */
  readonly usualFolders?: readonly string[];
}

/** The compiler of one large package and the linker of Kubernetes take up to this much memory. */
const BYTES_PER_COMPILER = 1.5 * 2 ** 30;

/**
 * What decides what a compiled package is; the same wherever the repository has Go compiled, or Kubernetes is compiled twice.
 * No debugging information: the linker would leave it out.
 */
const COMPILER_FLAGS = ["-trimpath", "-gcflags=all=-dwarf=false"];

/**
 * The folder that holds a tool's program: as it lies in the cache, else built now. An interrupted build leaves its
 * compiled packages in Go's own build cache, so the next one goes on from there.
 *
 * Throws `RehearsalError` if there is no Go that serves, or with the last lines of a build that failed.
 */
export async function goTool(
  tool: GoTool,
  { toolsDir, env, usualFolders, report, signal }: GoBuildOptions,
): Promise<string> {
  const logFile = join(toolsDir, "log", `${tool.name}.log`);
  return follow(tool.name, { report, logFile }, async (say) => {
    const inputs = await inputsOf(tool);
    const go = await requireGo(`${tool.name} ${tool.version}`, env, usualFolders).catch(async (error: unknown) => {
      const earlier = await findProduct(toolsDir, tool.name, inputs);
      if (earlier !== undefined) return earlier;
      throw error;
    });
    if (typeof go === "string") return said(go);
    const key = contentKey({ inputs, go: go.version, platform: `${process.platform}-${process.arch}` });
    const make = (stage: string) => build(tool, go, stage, { say, signal, env, logFile });
    return said(
      await produce(toolsDir, { tool: tool.name, version: tool.version, key, inputs, make }, { say, signal }),
    );

    function said(dir: string): string {
      say(`${tool.version} in ${dir}`);
      return dir;
    }
  });
}

/** The folder of a tool that was built from the present sources by any compiler; undefined if there is none. Reads only. */
export async function findBuilt(tool: GoTool, toolsDir: string): Promise<string | undefined> {
  return findProduct(toolsDir, tool.name, await inputsOf(tool));
}

async function inputsOf(tool: GoTool): Promise<string> {
  return contentKey({
    module: await moduleDigest(tool.moduleDir),
    package: tool.package,
    ldflags: linkerFlags(tool),
    links: tool.links.join(),
  });
}

interface BuildOptions {
  readonly say: Say;
  readonly signal?: Following["signal"];
  readonly env?: GoBuildOptions["env"];
  readonly logFile: string;
}

async function build(tool: GoTool, go: Go, stage: string, { say, signal, env, logFile }: BuildOptions): Promise<void> {
  await mkdir(join(logFile, ".."), { recursive: true });
  await writeFile(logFile, "");
  const program = join(stage, tool.name);
  const flags = ["-buildvcs=false", "-ldflags", linkerFlags(tool)];
  const identityFile = join(stage, MAKER);
  // In the stage what a killed compiler leaves goes with the rest of it.
  const options = {
    cwd: tool.moduleDir,
    env: { ...compilerEnvironment(env), GOTMPDIR: stage },
    signal,
    logFile,
    identityFile,
  };

  say("looking which packages to compile");
  let downloaded = 0;
  const listed = await command(
    go.path,
    ["list", "-deps", "-f", "{{if .Stale}}{{.ImportPath}}{{end}}", ...flags, tool.package],
    {
      ...options,
      onLine: (line, stream) => {
        const [, module] = /^go: downloading (.+)$/.exec(line) ?? [];
        if (stream === "stderr" && module) say(`downloading module ${++downloaded}: ${module}`);
      },
    },
  );
  if (listed.code !== 0) throw buildFailure(tool, "cannot read its packages", listed.tail, logFile);

  const waiting = new Set(listed.stdout.split("\n").filter((line) => line !== ""));
  const total = waiting.size;
  const built = await command(go.path, ["build", "-v", ...flags, "-o", program, tool.package], {
    ...options,
    onLine: (line) => {
      if (!waiting.delete(line)) return;
      const count = { done: total - waiting.size, total, unit: "packages" };
      say(waiting.size === 0 ? "linking" : `compiling ${line}`, { count });
    },
  });
  if (built.code !== 0) throw buildFailure(tool, "does not build", built.tail, logFile);

  // Pulumi keeps a log of every call in its home: not in the person's.
  const quiet = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true", PULUMI_HOME: join(logFile, "..", "pulumi") };
  const smoke = await command(program, tool.smoke, { env: quiet, signal, logFile });
  if (smoke.code !== 0)
    throw buildFailure(tool, `was built, but does not run (${tool.smoke.join(" ")})`, smoke.tail, logFile);
  for (const name of tool.links) await symlink(tool.name, join(stage, name));
}

function linkerFlags({ ldflags }: GoTool): string {
  return ["-s", "-w", ...ldflags].join(" ");
}

/**
 * The environment in which Go compiles: {@link goEnvironment}, and no more compilers at a time than memory allows. They live for
 * seconds: where there is room, they leave their garbage, and take a quarter less time.
 */
export function compilerEnvironment(env?: GoBuildOptions["env"]) {
  const compilers = Math.max(1, Math.min(availableParallelism(), Math.floor(memoryBytes() / BYTES_PER_COMPILER)));
  const isRoomy = memoryBytes() / compilers >= 4 * BYTES_PER_COMPILER;
  const flags = ["-mod=readonly", `-p=${compilers}`, ...COMPILER_FLAGS];
  return {
    ...goEnvironment(env),
    GOFLAGS: flags.join(" "),
    ...(isRoomy && { GOGC: "off", GOMEMLIMIT: String(2 * BYTES_PER_COMPILER) }),
  };
}

function buildFailure(tool: GoTool, what: string, tail: readonly string[], logFile: string): RehearsalError {
  const output = tail.join("\n");
  return new RehearsalError(
    [`${tool.name} ${tool.version} ${what}. Go's last lines:`, ...tail.map((line) => `  ${line}`)].join("\n"),
    `${remedy(output)}The whole output is in ${logFile}.`,
  );
}

function remedy(output: string): string {
  if (/signal: killed|cannot allocate memory/.test(output))
    return "The machine ran out of memory: end other programs and run this again; it goes on where it was.\n";
  if (/no space left on device/.test(output))
    return "The disk is full: make room (`go clean -cache` frees Go's build cache) and run this again.\n";
  if (/dial tcp|lookup .* no such host|i\/o timeout|proxyconnect|TLS handshake/.test(output))
    return "A module could not be downloaded: see to the network, or set GOPROXY to a mirror (go env -w GOPROXY=…), and run this again.\n";
  return "";
}
