import { glob, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireCache, toolsDirectory } from "../toolchain/cache.ts";
import { contentKey, fileDigest } from "../toolchain/content-key.ts";
import { findProduct, MAKER, produce } from "../toolchain/product.ts";
import { type Following, follow, type Say } from "../toolchain/progress.ts";
import { ARCHITECTURE } from "./architecture.ts";
import type { ImageDescription } from "./description.ts";
import { type Layer, writeLayer, writeLayout } from "./oci/layout.ts";
import { findSource, sourceInputs } from "./sources/find.ts";
import type { Found, Ingredient, SourceOptions } from "./sources/source.ts";

export interface ImageOptions extends Following {
  /** Root of the cache; see `cacheDirectory`. */
  readonly cacheDir: string;
  /** Environment in which apt, Maven and Go are looked up and run. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

/** An image in the cache, ready for `ctr images import`. */
export interface PreparedImage {
  readonly reference: string;
  /** Of its manifest: `sha256:…`. */
  readonly digest: string;
  /** Absolute path of its OCI layout, a tar archive. */
  readonly path: string;
}

const ARCHIVE = "image.tar";
const ABOUT = "image.json";

/**
 * The image of a description: as it lies in the cache, else made now from packages that apt, Maven, npm and Go fetch, with
 * no registry and no daemon. It is made again when its description, the code or lock behind it, or Debian's package lists
 * on this machine have changed; the same content gives the same digest. An interrupted run leaves its downloads, and the
 * next one goes on from them. Without apt, an image that was made of the same description earlier serves.
 *
 * Throws `RehearsalError` if the machine lacks what it takes, saying what to install.
 */
export function prepareImage(description: ImageDescription, options: ImageOptions): Promise<PreparedImage> {
  return prepare(description, { ...options, lists: undefined });
}

/** The images of several descriptions, each as {@link prepareImage} has it; one after another: each uses all processors. */
export async function prepareImages(
  descriptions: Iterable<ImageDescription>,
  options: ImageOptions,
): Promise<PreparedImage[]> {
  const lists: SourceOptions["lists"] = new Map();
  const prepared: PreparedImage[] = [];
  for (const description of descriptions) prepared.push(await prepare(description, { ...options, lists }));
  return prepared;
}

type Preparing = ImageOptions & Pick<SourceOptions, "lists">;

async function prepare(description: ImageDescription, options: Preparing): Promise<PreparedImage> {
  const { cacheDir, env, report, signal, lists } = options;
  const { reference } = description;
  await requireCache(cacheDir);
  const toolsDir = toolsDirectory(cacheDir);
  const tool = productName(reference);
  const logFile = join(toolsDir, "log", `${tool}.log`);
  return follow(`image ${reference}`, { report, logFile }, async (say) => {
    say("looking what it is made of");
    const inputs = await inputsOf(description);
    const found = await Promise.all(
      description.layers.map((layer) => findSource(layer, { cacheDir, toolsDir, env, report, signal, lists })),
    ).catch(async (error: unknown) => {
      signal?.throwIfAborted();
      const earlier = await findProduct(toolsDir, tool, inputs);
      if (earlier !== undefined) return earlier;
      throw error;
    });
    if (typeof found === "string") return said(found);
    const key = contentKey({
      inputs,
      architecture: ARCHITECTURE,
      state: JSON.stringify(found.map(({ state }) => state)),
    });
    const make = (stage: string, saying: Say) => makeImage(description, found, { stage, say: saying, signal, logFile });
    const recipe = { tool, version: reference.replace(/^.*:/, ""), key, inputs, make };
    return said(await produce(toolsDir, recipe, { say, signal }));

    async function said(dir: string): Promise<PreparedImage> {
      const { digest } = JSON.parse(await readFile(join(dir, ABOUT), "utf8")) as Pick<PreparedImage, "digest">;
      say(`${digest} in ${dir}`);
      return { reference, digest, path: join(dir, ARCHIVE) };
    }
  });
}

/** Key of all of the repository that decides an image: its description, what that names, and the code that makes it. */
async function inputsOf(description: ImageDescription): Promise<string> {
  const { layers, ...plain } = description;
  const code: Record<string, string> = {};
  for await (const file of glob("{oci,sources}/*.ts", { cwd: import.meta.dirname }))
    if (!file.endsWith(".test.ts")) code[file] = await fileDigest(join(import.meta.dirname, file));
  return contentKey({
    description: JSON.stringify(plain),
    layers: JSON.stringify(await Promise.all(layers.map(sourceInputs))),
    code: contentKey(code),
  });
}

interface Making {
  readonly stage: string;
  readonly say: Say;
  readonly signal: AbortSignal | undefined;
  readonly logFile: string;
}

async function makeImage(
  description: ImageDescription,
  sources: readonly Found[],
  { stage, say, signal, logFile }: Making,
): Promise<void> {
  await mkdir(join(logFile, ".."), { recursive: true });
  await writeFile(logFile, "");
  const layers: Layer[] = [];
  const ingredients: Ingredient[] = [];
  for (const [number, source] of sources.entries()) {
    const work = join(stage, "work");
    await mkdir(work);
    const laid = await source.lay({ work, say, signal, logFile, identityFile: join(stage, MAKER) });
    say(`writing layer ${number + 1} of ${sources.length}`);
    layers.push(await writeLayer(laid.entries, join(stage, `layer-${number}.tar`), signal));
    ingredients.push(...laid.ingredients);
    await rm(work, { recursive: true });
  }
  say("writing the image");
  const path = join(stage, ARCHIVE);
  const digest = await writeLayout(description, { path, layers, ingredients, architecture: ARCHITECTURE, signal });
  await writeFile(join(stage, ABOUT), JSON.stringify({ reference: description.reference, digest }));
}

/** An image's name in the cache: its reference without the tag, as one part of a path. */
export function productName(reference: string): string {
  return `image-${reference.replace(/:[^/:]*$/, "").replaceAll(/[^a-z0-9.]+/g, "-")}`;
}
