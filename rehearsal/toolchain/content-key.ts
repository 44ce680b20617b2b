import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { glob, readFile } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";

/** A short name for a set of inputs: the same inputs give the same 16 hexadecimal digits. */
export function contentKey(inputs: Readonly<Record<string, string>>): string {
  const hash = createHash("sha256");
  for (const name of Object.keys(inputs).sort())
    hash.update(`${name.length}:${name}=${inputs[name]?.length}:${inputs[name]};`);
  return hash.digest("hex").slice(0, 16);
}

/**
 * Digest of every file of a Go module that can change what is built: all but tests, documents and hidden files. The modules
 * of this repository by which its go.mod replaces others count as well.
 */
export async function moduleDigest(moduleDir: string): Promise<string> {
  const files: Record<string, string> = {};
  for await (const entry of glob("**/*", { cwd: moduleDir, withFileTypes: true })) {
    if (!entry.isFile() || /^\.|_test\.go$|\.md$/.test(entry.name)) continue;
    const path = join(entry.parentPath, entry.name);
    files[path.slice(moduleDir.length)] = await fileDigest(path);
  }
  const goMod = await readFile(join(moduleDir, "go.mod"), "utf8");
  for (const [, replacement = ""] of goMod.matchAll(/=>\s+(\.\.?\/\S+)/g))
    files[`=> ${replacement}`] = await moduleDigest(join(moduleDir, replacement));
  return contentKey(files);
}

/** SHA-256 of a file, in hexadecimal. The file is streamed: an image or a store has hundreds of megabytes. */
export async function fileDigest(path: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(path), hash);
  return hash.digest("hex");
}
