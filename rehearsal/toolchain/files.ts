import { constants } from "node:fs";
import { access, chmod, readlink, rename, rm, stat, symlink, writeFile } from "node:fs/promises";

export async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

export async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
}

/** Writes a file so that it is there whole or not at all; one that was there stays until then. */
export async function writeWhole(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  const draft = draftOf(path);
  try {
    await writeFile(draft, content, { mode });
    await chmod(draft, mode);
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Makes a symbolic link, or turns the one that is there, in one step. */
export async function replaceLink(target: string, path: string): Promise<void> {
  if ((await readlink(path).catch(() => undefined)) === target) return;
  const draft = draftOf(path);
  await rm(draft, { force: true });
  await symlink(target, draft);
  await rename(draft, path);
}

function draftOf(path: string): string {
  return `${path}.${process.pid}.draft`;
}
