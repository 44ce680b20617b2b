import { realpath, stat } from "node:fs/promises";
import { homedir } from "node:os";
import { delimiter, dirname, isAbsolute, join, relative } from "node:path";
import { command } from "./command.ts";
import { isExecutable } from "./files.ts";
import { serves, type VersionRange } from "./semver.ts";
import { VERSIONS } from "./versions.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** A program that this machine has. */
export interface Found {
  readonly path: string;
  /** As the program says it, without a leading `v`; empty if it does not run. */
  readonly version: string;
}

/** What looking for one program gave: the first that serves, and all before it that do not. */
export interface Search {
  readonly found?: Found;
  readonly refused: readonly Found[];
}

export interface MachineOptions {
  /** What lies in the cache is ours, even when it is on PATH, and does not count as found. */
  readonly cacheDir: string;
  readonly env?: Env | undefined;
}

export async function findPulumi(options: MachineOptions): Promise<Search> {
  const silent = { PULUMI_SKIP_UPDATE_CHECK: "true" };
  return search("pulumi", ["version"], (stdout) => stdout.trim(), VERSIONS.pulumi, silent, options);
}

export async function findKubectl(options: MachineOptions): Promise<Search> {
  const version = (stdout: string) =>
    (JSON.parse(stdout) as { clientVersion?: { gitVersion?: string } }).clientVersion?.gitVersion ?? "";
  return search("kubectl", ["version", "--client", "-o", "json"], version, VERSIONS.kubectl, {}, options);
}

/** The language host that was installed with a Pulumi CLI; undefined if that CLI came without. */
export async function findLanguageHost(pulumi: string): Promise<string | undefined> {
  const path = join(dirname(await realpath(pulumi)), "pulumi-language-nodejs");
  return (await isExecutable(path)) ? path : undefined;
}

/** The folder of an official plugin of exactly this version in the user's own Pulumi home; undefined if it is not there whole. */
export async function findOfficialPlugin(
  { kind, name, version }: { readonly kind: string; readonly name: string; readonly version: string },
  { cacheDir, env = process.env }: MachineOptions,
): Promise<string | undefined> {
  const folder = join(env.PULUMI_HOME || join(homedir(), ".pulumi"), "plugins", `${kind}-${name}-v${version}`);
  if (isInside(folder, cacheDir) || (await stat(`${folder}.partial`).catch(() => undefined))) return undefined;
  return (await isExecutable(join(folder, `pulumi-${kind}-${name}`))) ? folder : undefined;
}

async function search(
  name: string,
  args: readonly string[],
  readVersion: (stdout: string) => string,
  range: VersionRange,
  set: Env,
  { cacheDir, env = process.env }: MachineOptions,
): Promise<Search> {
  const refused: Found[] = [];
  const seen = new Set<string>();
  for (const folder of (env.PATH ?? "").split(delimiter).filter(isAbsolute)) {
    const path = join(folder, name);
    const real = await realpath(path).catch(() => undefined);
    if (real === undefined || seen.has(real) || isInside(real, cacheDir) || isInside(path, cacheDir)) continue;
    seen.add(real);
    if (!(await isExecutable(path))) continue;
    const found = { path, version: await versionOf(path) };
    if (serves(found.version, range)) return { found, refused };
    refused.push(found);
  }
  return { refused };

  async function versionOf(path: string): Promise<string> {
    try {
      const { code, stdout } = await command(path, args, { env: { ...env, ...set } });
      return code === 0 ? readVersion(stdout).replace(/^v/, "") : "";
    } catch {
      return "";
    }
  }
}

function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || !(way.startsWith("..") || isAbsolute(way));
}
