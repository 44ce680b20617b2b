import { mkdir, mkdtemp, readdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { killRecorded } from "./command.ts";
import { fileDigest } from "./content-key.ts";
import { exists } from "./files.ts";
import { describeHolder, withLock } from "./lock.ts";
import type { Following, Say } from "./progress.ts";

/** Something that is made once and kept: a folder `<tool>-<key>` of the tools' cache. */
export interface Recipe {
  readonly tool: string;
  readonly version: string;
  /** Content key of everything that decides the product. */
  readonly key: string;
  /** The part of the key that lies in this repository, without compiler and platform. */
  readonly inputs: string;
  /**
   * Files of the product, relative to it, by which it is known to be whole. Default: every file. For what has tens of
   * thousands of files and is written last where these are: to look at each would take longer than what it is made for.
   */
  readonly judgedBy?: readonly string[];
  /** Makes the product in an empty folder. What it leaves there when it rejects is removed. */
  readonly make: (stage: string, say: Say) => Promise<void>;
}

interface FileRecord {
  readonly path: string;
  readonly size: number;
  readonly mtimeMs: number;
  readonly sha256: string;
}

interface Manifest {
  readonly version: string;
  readonly inputs: string;
  readonly platform: string;
  readonly madeAt: string;
  readonly seconds: number;
  readonly files: readonly FileRecord[];
}

const MANIFEST = "product.json";
/** In a stage: the process that is making it, as an identity file of `command`. */
export const MAKER = "maker.json";
const STAGE = ".stage-";
const PLATFORM = `${process.platform}-${process.arch}`;
/**
 * Of each tool the products of two keys stay: this one and the one before, for going back and forth between two versions.
 * More stay while they may be in use.
 */
const KEPT = 2;
/** A run may have been told a product's path and begin to read it much later: it waited for another run in between. */
const IN_USE_MS = 60 * 60 * 1_000;

/** The product's folder: as it lies in the cache, else made now. Only one is made at a time, whoever runs. */
export async function produce(
  toolsDir: string,
  recipe: Recipe,
  { say, signal }: { readonly say: Say; readonly signal?: Following["signal"] },
): Promise<string> {
  const dir = join(toolsDir, `${recipe.tool}-${recipe.key}`);
  if ((await condition(dir)) === "whole") return used(dir);
  const options = {
    purpose: `making ${recipe.tool}`,
    signal,
    onWait: (holder: Parameters<typeof describeHolder>[0]) =>
      say(`waiting for ${describeHolder(holder)}`, { waiting: true }),
  };
  return withLock(join(toolsDir, "tools.lock"), options, async () => {
    const found = await condition(dir);
    if (found === "whole") return used(dir);
    if (found === "damaged") {
      say(`${dir} is damaged: making it again`);
      await discard(toolsDir, dir);
    }
    await clearStages(toolsDir, say);
    const stage = await mkdtemp(join(toolsDir, STAGE));
    try {
      const began = performance.now();
      await recipe.make(stage, say);
      await describe(stage, recipe, (performance.now() - began) / 1_000);
      await rename(stage, dir);
    } finally {
      await rm(stage, { recursive: true, force: true });
    }
    await prune(toolsDir, recipe.tool);
    return dir;
  });
}

/** A whole product that was made of these inputs, whatever compiler made it: what serves a machine that has lost its compiler. Reads only. */
export async function findProduct(toolsDir: string, tool: string, inputs: string): Promise<string | undefined> {
  for (const { dir } of await productsOf(toolsDir, tool)) {
    const manifest = await readManifest(dir);
    if (manifest?.inputs === inputs && manifest.platform === PLATFORM && (await condition(dir)) === "whole") return dir;
  }
  return undefined;
}

/** Sizes and times must be as recorded; where only the time differs (a restored copy), the content decides. */
async function condition(dir: string): Promise<"whole" | "damaged" | "absent"> {
  if (!(await exists(dir))) return "absent";
  const manifest = await readManifest(dir);
  if (!manifest) return "damaged";
  for (const { path, size, mtimeMs, sha256 } of manifest.files) {
    const now = await stat(join(dir, path)).catch(() => undefined);
    if (now?.size !== size) return "damaged";
    if (now.mtimeMs !== mtimeMs && (await fileDigest(join(dir, path))) !== sha256) return "damaged";
  }
  return "whole";
}

async function describe(stage: string, { version, inputs, judgedBy }: Recipe, seconds: number): Promise<void> {
  const files: FileRecord[] = [];
  for (const path of judgedBy ?? (await filesBelow(stage))) {
    const full = join(stage, path);
    const { size, mtimeMs } = await stat(full);
    files.push({ path, size, mtimeMs, sha256: await fileDigest(full) });
  }
  const manifest: Manifest = {
    version,
    inputs,
    platform: PLATFORM,
    madeAt: new Date().toISOString(),
    seconds: Math.round(seconds),
    files,
  };
  await writeFile(join(stage, MANIFEST), JSON.stringify(manifest, null, 2));
}

/** Every file of a folder, relative to it. */
async function filesBelow(dir: string): Promise<string[]> {
  const entries = await readdir(dir, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(dir.length + 1));
}

async function readManifest(dir: string): Promise<Manifest | undefined> {
  try {
    return JSON.parse(await readFile(join(dir, MANIFEST), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** Marks a product as used now: pruning goes by last use. */
async function used(dir: string): Promise<string> {
  await utimes(dir, new Date(), new Date()).catch(() => {});
  return dir;
}

/** Products of a tool, the last used first. */
async function productsOf(toolsDir: string, tool: string): Promise<{ readonly dir: string; readonly at: number }[]> {
  const shape = new RegExp(`^${tool}-[0-9a-f]{16}$`);
  const names = (await readdir(toolsDir).catch(() => [])).filter((name) => shape.test(name));
  const dated = await Promise.all(
    names.map(async (name) => ({ dir: join(toolsDir, name), at: (await stat(join(toolsDir, name))).mtimeMs })),
  );
  return dated.sort((a, b) => b.at - a.at);
}

async function prune(toolsDir: string, tool: string): Promise<void> {
  const old = (await productsOf(toolsDir, tool)).slice(KEPT).filter(({ at }) => Date.now() - at > IN_USE_MS);
  for (const { dir } of old) await discard(toolsDir, dir);
}

/** Takes a product away in one step, so that no one ever sees half of it. */
async function discard(toolsDir: string, dir: string): Promise<void> {
  const grave = await mkdtemp(join(toolsDir, STAGE));
  await rename(dir, join(grave, "discarded"));
  await rm(grave, { recursive: true, force: true });
}

/**
 * What runs that were killed left behind: half products, and processes that still make them. Only the lock's holder has
 * a stage, so whatever is there belongs to no one.
 */
async function clearStages(toolsDir: string, say: Say): Promise<void> {
  await mkdir(toolsDir, { recursive: true });
  for (const name of await readdir(toolsDir)) {
    if (!name.startsWith(STAGE)) continue;
    const pid = killRecorded(join(toolsDir, name, MAKER));
    if (pid !== undefined) say(`ended process ${pid}, left by a run that was killed`);
    await rm(join(toolsDir, name), { recursive: true, force: true, maxRetries: 3 });
  }
}
