import { mkdir, writeFile } from "node:fs/promises";
import { arch } from "node:os";
import { join } from "node:path";
import { contentKey } from "../../toolchain/content-key.ts";
import { MAKER, produce } from "../../toolchain/product.ts";
import { follow } from "../../toolchain/progress.ts";
import { apt, aptState, stateOf } from "./apt.ts";
import type { SourceOptions } from "./source.ts";

/** Package lists of another release than the machine's. */
export interface ReleaseLists {
  readonly release: string;
  /** What apt is told: where they lie, and where they come from. */
  readonly settings: Readonly<Record<string, string>>;
  /** All of them in one key. */
  readonly state: string;
}

/**
 * The lists of a release of Debian by its name, from where the machine has those of its own release: fetched into the cache, and
 * again when the machine's own have changed, so that `apt-get update` renews both. Undefined if the machine is of that release
 * itself, or its apt knows no Debian: then its own have to serve.
 *
 * Throws `RehearsalError` if there is no apt, or the lists cannot be fetched.
 */
export function releaseLists(release: string, options: SourceOptions): Promise<ReleaseLists | undefined> {
  const known = options.lists?.get(release);
  if (known !== undefined) return known;
  const found = findLists(release, options);
  options.lists?.set(release, found);
  return found;
}

async function findLists(release: string, options: SourceOptions): Promise<ReleaseLists | undefined> {
  const { env, signal, report, toolsDir } = options;
  const format = "$(ORIGIN) $(LABEL) $(CODENAME) $(COMPONENT) $(REPO_URI)";
  const { stdout } = await apt("apt-get", ["indextargets", "--format", format, "Identifier: Packages"], {
    env,
    signal,
  });
  const sources = sourcesOf(stdout, release);
  if (sources === undefined) return undefined;
  const tool = `debian-${release}-lists`;
  const logFile = join(toolsDir, "log", `${tool}.log`);
  const dir = await follow(tool, { report, logFile }, async (say) => {
    const make = async (stage: string) => {
      say(`fetching the package lists of Debian ${release}`);
      await mkdir(join(stage, "lists", "partial"), { recursive: true });
      await mkdir(join(logFile, ".."), { recursive: true });
      await writeFile(join(stage, "sources.list"), sources);
      const told = { ...settingsOf(stage), ...PACKAGES_ALONE, "Dir::State": stage, "Dir::Cache": stage };
      const words = Object.entries(told).map(([name, value]) => `-o${name}=${value}`);
      await apt("apt-get", [...words, "--error-on=any", "update"], {
        env,
        signal,
        logFile,
        identityFile: join(stage, MAKER),
      });
    };
    const inputs = contentKey({ release });
    const key = contentKey({ sources, own: await aptState(env), architecture: arch() });
    return produce(toolsDir, { tool, version: release, key, inputs, make }, { say, signal });
  });
  return { release, settings: settingsOf(dir), state: await stateOf(join(dir, "lists")) };
}

const settingsOf = (dir: string) => ({
  "Dir::State::lists": join(dir, "lists"),
  "Dir::Etc::sourcelist": join(dir, "sources.list"),
  "Dir::Etc::sourceparts": "/dev/null",
});

/** Neither translations nor what only shows packages to people. */
const PACKAGES_ALONE = {
  "Acquire::Languages": "none",
  "Acquire::IndexTargets::deb::DEP-11::DefaultEnabled": "false",
  "Acquire::IndexTargets::deb::CNF::DefaultEnabled": "false",
};

/**
 * Apt's sources for a release, made of what the machine has for its own: one line of `targets` each, with origin, label, code
 * name, component and address. Undefined if nothing comes from Debian, or the release is the machine's.
 */
export function sourcesOf(targets: string, release: string): string | undefined {
  const debian = targets
    .split("\n")
    .map((line) => line.trim().split(" "))
    .filter(([origin, label]) => origin === "Debian" && /^Debian(-Security)?$/.test(label ?? ""));
  const own = debian.find(([, , codename]) => codename !== undefined && !codename.includes("-"))?.[2];
  if (own === undefined || own === release) return undefined;
  const lines = debian
    .filter(([, , codename]) => /^(|-updates|-security)$/.test(codename?.replace(own, "") ?? "?"))
    .map(
      ([, , codename = "", component, address]) => `deb ${address} ${codename.replace(own, release)} ${component}\n`,
    );
  return [...new Set(lines)].sort().join("");
}
