import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { IMAGES, type ImageLock, type ImageName, image } from "../components/images/index.ts";
import { type Environment, EnvironmentError } from "./environment.ts";
import { schemaProblems } from "./environment-problems.ts";

/** Services of the shop, each an image of that name. */
const SERVICES = ["orders", "payments", "inventory"] as const;

const LOCK_FILE = "images.lock.json";

/** The images that an environment's pods may ask for, without those that charts bring: the whole catalogue, and its own. */
export function imagesOf({ images, releases, requestValidation, stores }: Environment): string[] {
  const { registry, version } = images;
  const { postgres } = stores;
  const versions: Partial<Record<ImageName, string>> =
    postgres.backend === "inCluster" && postgres.version !== undefined ? { postgresql: postgres.version } : {};
  const catalogue = (Object.keys(IMAGES) as ImageName[]).flatMap((name) => [
    image(name),
    ...(versions[name] === undefined ? [] : [image(name, versions[name])]),
  ]);
  const own = SERVICES.map((service) => `${registry}/${service}:${version}`);
  const platform = [releases.controller, requestValidation].flatMap((program) => program?.image ?? []);
  return [...new Set([...catalogue, ...own, ...platform])].sort();
}

const lockSchema = z.strictObject({
  version: z.literal(1),
  images: z.record(
    z.string(),
    z.strictObject({
      digest: z.string().regex(/^sha256:[0-9a-f]{64}$/, { error: "sha256: and 64 digits from 0 to f" }),
      mediaType: z.string(),
      locked: z.iso.datetime({ error: "a moment such as 2026-08-01T12:00:00.000Z" }),
    }),
  ),
});

/** Where the lock of a folder's environments is. */
export function lockFile(dir: string = import.meta.dirname): string {
  return join(dir, LOCK_FILE);
}

/**
 * What `plumbline images lock` has written for the environments of a folder; nothing if it never has. Throws `EnvironmentError` if the
 * file is something else: pods must not run by tags because a digest was mistyped.
 */
export function readImageLock(dir: string = import.meta.dirname): ImageLock | undefined {
  const file = lockFile(dir);
  if (!existsSync(file)) return undefined;
  const data = parse(file);
  const parsed = lockSchema.safeParse(data);
  if (!parsed.success) throw new EnvironmentError(file, schemaProblems(lockSchema, data, parsed.error.issues));
  return parsed.data.images;
}

/** The text of a lock: images by name, so that a review sees which changed. */
export function lockText(lock: ImageLock): string {
  const images = Object.fromEntries(Object.entries(lock).sort(([a], [b]) => (a < b ? -1 : 1)));
  return `${JSON.stringify({ version: 1, images } satisfies z.input<typeof lockSchema>, null, 2)}\n`;
}

function parse(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    const allowed = "JSON, as plumbline images lock writes it; after a merge, run that once more";
    throw new EnvironmentError(file, [{ field: "the file", given: "no JSON", allowed }]);
  }
}
