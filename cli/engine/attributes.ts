import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";

/**
 * Removes attributes that were cut short. The file backend writes a file whole or not at all, but not what it notes beside
 * it, as a bucket would, in `<file>.attrs`: a kill in that moment leaves an empty note, and no engine reads the stack's state
 * any more ("failed to load checkpoint: EOF"). Without the note it does. Gives how many were removed.
 */
export async function clearTornAttributes(stateDir: string, project: string, stack: string): Promise<number> {
  const dir = join(stateDir, ".pulumi", "stacks", project);
  const names = await readdir(dir).catch(() => []);
  const own = names.filter((name) => name.startsWith(`${stack}.json`) && name.endsWith(".attrs"));
  const torn: string[] = [];
  for (const file of [...own.map((name) => join(dir, name)), join(stateDir, ".pulumi", "meta.yaml.attrs")])
    if (await isTorn(file)) torn.push(file);
  await Promise.all(torn.map((file) => rm(file, { force: true })));
  return torn.length;
}

async function isTorn(file: string): Promise<boolean> {
  try {
    JSON.parse(await readFile(file, "utf8"));
    return false;
  } catch (error) {
    return error instanceof SyntaxError;
  }
}
