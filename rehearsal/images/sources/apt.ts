import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type CommandOptions, type CommandResult, command } from "../../toolchain/command.ts";
import { contentKey, fileDigest } from "../../toolchain/content-key.ts";
import { RehearsalError } from "../../toolchain/error.ts";
import type { ReleaseLists } from "./lists.ts";
import type { SourceOptions, Workshop } from "./source.ts";

/** One package of a closure, in the version that the machine's package lists offer. */
export interface DebianPackage {
  readonly name: string;
  readonly version: string;
  readonly architecture: string;
}

export interface Wanted {
  readonly packages: readonly string[];
  /** What apt is told is there already: neither these nor what only they need is fetched. */
  readonly without: readonly string[];
  /** Of which release the packages are. Default: the machine's. */
  readonly lists?: ReleaseLists | undefined;
}

type AptOptions = Omit<CommandOptions, "env"> & Pick<SourceOptions, "env">;

/** The machine's package lists in one key. Throws `RehearsalError` if there is no apt, or no list. */
export async function aptState(env: SourceOptions["env"]): Promise<string> {
  return stateOf(await listsFolder({ env }));
}

/** The lists in a folder in one key, that of their signed Release files. Throws `RehearsalError` if there is none. */
export async function stateOf(lists: string): Promise<string> {
  const names = (await readdir(lists).catch(() => [])).filter((name) => name.endsWith("Release"));
  if (names.length === 0)
    throw new RehearsalError(`apt has no list of packages in ${lists}.`, "Fetch the lists with: sudo apt-get update");
  const digests = names.map(async (name) => [name, await fileDigest(join(lists, name))] as const);
  return contentKey(Object.fromEntries(await Promise.all(digests)));
}

async function listsFolder(options: AptOptions): Promise<string> {
  const { stdout } = await apt("apt-config", ["shell", "lists", "Dir::State::lists/d"], options);
  return /^lists='(.*)'$/m.exec(stdout)?.[1] ?? "";
}

/**
 * Fetches packages with all they need into a folder of the cache, and gives the closure and the files. Apt decides both
 * and checks the signatures, by the machine's own sources and lists, or those of another release; of the machine it changes nothing: its state,
 * cache and lock are ours, and it believes that nothing but `without` is installed.
 */
export async function fetchPackages(
  { packages, without, lists }: Wanted,
  { cacheDir, env }: Pick<SourceOptions, "cacheDir" | "env">,
  { work, say, ...running }: Workshop,
): Promise<{ readonly closure: readonly DebianPackage[]; readonly files: readonly string[] }> {
  const archives = join(cacheDir, "debian", lists?.release ?? "");
  const status = join(work, "status");
  await mkdir(join(archives, "partial"), { recursive: true });
  await mkdir(join(work, "state"), { recursive: true });
  const architecture = (await apt("dpkg", ["--print-architecture"], { env, ...running })).stdout.trim();
  await writeFile(status, statusOf(without, architecture));
  const settings = {
    "Dir::State": join(work, "state"),
    ...(lists?.settings ?? { "Dir::State::lists": await listsFolder({ env, ...running }) }),
    "Dir::State::status": status,
    "Dir::Cache::archives": archives,
    "Dir::Cache::pkgcache": "",
    "Dir::Cache::srcpkgcache": "",
    "APT::Install-Recommends": "false",
    "APT::Keep-Downloaded-Packages": "true",
    "Debug::NoLocking": "true",
  };
  const install = [...Object.entries(settings).map(([name, value]) => `-o${name}=${value}`), "-y", "install"];

  say(`resolving ${packages.join(", ")}`);
  const resolved = await apt("apt-get", [...install, "--simulate", ...packages], { env, ...running });
  const closure = parseSimulation(resolved.stdout);
  let count = 0;
  const onLine = (line: string) => {
    const [, name] = /^Get:\d+ .* (\S+) \S+ \S+ \[.*\]$/.exec(line) ?? [];
    if (name) say(`downloading ${name}`, { count: { done: ++count, total: closure.length, unit: "packages" } });
  };
  await apt("apt-get", [...install, "--download-only", ...packages], { env, ...running, onLine });
  for (const file of superseded(await readdir(archives), closure)) await rm(join(archives, file));
  return { closure, files: closure.map((it) => join(archives, archiveName(it))) };
}

/** Files of the packages of a closure in other versions: nothing else would ever take them away. */
export function superseded(files: readonly string[], closure: readonly DebianPackage[]): string[] {
  const used = new Set(closure.map(archiveName));
  const nameOf = (file: string) => file.replace(/_.*$/, "");
  const names = new Set([...used].map(nameOf));
  return files.filter((file) => file.endsWith(".deb") && names.has(nameOf(file)) && !used.has(file));
}

/** What apt would install, in its own words: `Inst libc6 (2.36-9+deb12u14 Debian:12.15/oldstable [amd64])`. */
export function parseSimulation(output: string): DebianPackage[] {
  const found = output.matchAll(/^Inst (\S+) (?:\[\S+\] )?\((\S+) .*\[(\w+)\]\)/gm);
  return [...found].map(([, name = "", version = "", architecture = ""]) => ({ name, version, architecture }));
}

/** The name that apt gives to a package's file. */
export function archiveName({ name, version, architecture }: DebianPackage): string {
  return `${name.replace(/:.*$/, "")}_${version.replaceAll(":", "%3a")}_${architecture}.deb`;
}

/** A list of installed packages for apt, in a version that no dependency finds too old. */
export function statusOf(installed: readonly string[], architecture: string): string {
  const stanza = (name: string) =>
    [
      `Package: ${name}`,
      "Status: install ok installed",
      // An epoch outranks every version without one, such as those that are dates.
      "Version: 99:0",
      `Architecture: ${architecture}`,
      "Multi-Arch: allowed",
      "Maintainer: none",
      "Description: left out of the image",
      "",
      "",
    ].join("\n");
  return installed.map(stanza).join("");
}

/** Runs a program of apt or dpkg, in plain English. Throws `RehearsalError` with its last lines if it fails. */
export async function apt(program: string, args: readonly string[], options: AptOptions): Promise<CommandResult> {
  const env = { ...(options.env ?? process.env), LC_ALL: "C.UTF-8", DEBIAN_FRONTEND: "noninteractive" };
  const result = await command(program, args, { ...options, env }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    throw new RehearsalError(
      `There is no ${program} on PATH: images are made of Debian's packages, by the package tools of the machine.`,
      "Rehearse with real pods on Debian or Ubuntu.",
    );
  });
  if (result.code !== 0)
    throw new RehearsalError(
      [`${program} failed. Its last lines:`, ...result.tail.map((line) => `  ${line}`)].join("\n"),
      "If a package cannot be found, the lists are too old: sudo apt-get update, and run this again.",
    );
  return result;
}
