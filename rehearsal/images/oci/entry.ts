import { readdir, readlink, stat } from "node:fs/promises";
import { join } from "node:path";

/** One thing in a layer. Paths have no leading slash; everything belongs to root, and nothing has a time. */
export type Entry = Directory | File | Link;

interface Directory {
  readonly type: "directory";
  readonly path: string;
  readonly mode: number;
}

export interface File {
  readonly type: "file";
  readonly path: string;
  readonly mode: number;
  /** Bytes. */
  readonly size: number;
  readonly content: { readonly file: string } | { readonly text: string };
}

/** A symbolic link. */
interface Link {
  readonly type: "link";
  readonly path: string;
  readonly target: string;
}

/** A file whose content is given here. */
export function textFile(path: string, text: string, mode = 0o644): File {
  return { type: "file", path, mode, size: Buffer.byteLength(text), content: { text } };
}

/** A file that lies on disk. */
export async function diskFile(path: string, file: string): Promise<File> {
  const { size, mode } = await stat(file);
  return { type: "file", path, mode: mode & 0o777, size, content: { file } };
}

/**
 * What lies in a folder, as entries under `to`. `enter` refuses a path (relative to the folder) with all that is below
 * it. Links stay links; sockets, pipes and devices have no place in an image and are passed over.
 */
export async function treeEntries(
  dir: string,
  to: string,
  enter: (path: string) => boolean = () => true,
): Promise<Entry[]> {
  const entries: Entry[] = [];
  const walk = async (below: string): Promise<void> => {
    for (const child of await readdir(join(dir, below), { withFileTypes: true })) {
      const relative = below === "" ? child.name : `${below}/${child.name}`;
      if (!enter(relative)) continue;
      const path = to === "" ? relative : `${to}/${relative}`;
      const full = join(dir, relative);
      if (child.isSymbolicLink()) entries.push({ type: "link", path, target: await readlink(full) });
      else if (child.isFile()) entries.push(await diskFile(path, full));
      else if (child.isDirectory()) {
        entries.push({ type: "directory", path, mode: 0o755 });
        await walk(relative);
      }
    }
  };
  await walk("");
  return entries;
}
