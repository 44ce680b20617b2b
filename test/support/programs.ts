import {
  chmodSync,
  closeSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { PATH as DEFAULT_PATH } from "../../rehearsal/images/description.ts";
import type { ImageDescription } from "../../rehearsal/images/index.ts";
import { unpackedImage } from "./unpacked-image.ts";

const ELF = "\x7fELF";
/** What asks the kernel for a loader names it near its beginning. */
const HEAD_BYTES = 4_096;
const LOADER = /\/lib\S*\/ld-linux[\w.-]+/;
/** Longer texts are no launchers. */
const LAUNCHER_BYTES = 2 ** 16;

/** An image's files in a folder, where its programs run as they are: with the loader and the libraries of the image. */
export interface Unpacked {
  readonly root: string;
  /** What the image sets, with PATH in the folder. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Unpacks an image into a folder. Launchers that name a folder of `moved` by its absolute path get the path here. */
export async function unpack(
  image: ImageDescription,
  folder: string,
  moved: readonly string[] = [],
): Promise<Unpacked> {
  const { root } = await unpackedImage(image, folder);
  settle(root, root, moved);
  const { PATH = DEFAULT_PATH, ...rest } = image.env ?? {};
  const folders = PATH.split(":").map((each) => root + each);
  return { root, environment: { ...rest, PATH: [...folders, process.env.PATH].join(":") } };
}

/** Links that begin at the root, programs and their launchers: each finds its own here, and nothing of the machine's. */
function settle(root: string, folder: string, moved: readonly string[]): void {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const { mode, size, ...stat } = lstatSync(path);
    const is = { ...stat, link: (mode & 0o170000) === 0o120000, folder: (mode & 0o170000) === 0o040000 };
    if (is.link) relink(root, path);
    else if (is.folder) settle(root, path, moved);
    else if (mode & 0o111) settleProgram(root, path, size, moved);
  }
}

function relink(root: string, path: string): void {
  const target = readlinkSync(path);
  if (!target.startsWith("/")) return;
  rmSync(path);
  symlinkSync(root + target, path);
}

function settleProgram(root: string, path: string, size: number, moved: readonly string[]): void {
  const head = beginning(path);
  if (head.startsWith(ELF)) {
    const [loader] = LOADER.exec(head) ?? [];
    if (loader === undefined) return;
    const own = realpathSync(root + loader);
    renameSync(path, `${path}.elf`);
    const start = `exec ${own} --argv0 "$0" --library-path ${dirname(own)} ${path}.elf "$@"`;
    writeFileSync(path, `#!/bin/sh\n${start}\n`);
    chmodSync(path, 0o755);
  } else if (size < LAUNCHER_BYTES) {
    const text = readFileSync(path, "utf8");
    const settled = moved.reduce((all, folder) => all.replaceAll(folder, root + folder), text);
    if (settled !== text) writeFileSync(path, settled);
  }
}

function beginning(path: string): string {
  const file = openSync(path, "r");
  const head = Buffer.alloc(HEAD_BYTES);
  readSync(file, head);
  closeSync(file);
  return head.toString("latin1");
}
