import { type Dirent, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { Unreadable } from "../sources/unreadable.ts";

/** A file to be read. */
interface InputFile {
  /** As it was named, or as it was found below a folder that was named. */
  readonly path: string;
  /** Found below a folder. */
  readonly found: boolean;
}

export interface InputFiles {
  readonly files: readonly InputFile[];
  /** What was passed over, and why. */
  readonly notes: readonly string[];
  /** What cannot be read, and why. */
  readonly problems: readonly string[];
}

/** Texts are held in memory whole. */
const MAX_BYTES = 256 * 2 ** 20;

const ENDINGS = /\.(?:ya?ml|json)$/i;

/** The files that paths name: themselves, and those of folders below them that end like objects do, by name. */
export function inputFiles(paths: readonly string[]): InputFiles {
  const [files, notes, problems]: [InputFile[], string[], string[]] = [[], [], []];
  const seen = new Set<string>();
  const add = (path: string, found: boolean) => {
    const real = realpathSync(path);
    if (!seen.has(real)) files.push({ path, found });
    seen.add(real);
  };
  const look = (folder: string) => {
    const entries = entriesOf(folder);
    const isChart = entries.some(({ name }) => name === "Chart.yaml");
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && isChart && entry.name === "templates")
        notes.push(`${path}: passed over: templates of a Helm chart; check what helm template prints`);
      else if (entry.isDirectory()) attempt(path, () => look(path));
      else if (ENDINGS.test(entry.name)) attempt(path, () => statSync(path).isFile() && add(path, true));
    }
  };
  const attempt = (path: string, work: () => void) => {
    try {
      work();
    } catch (error) {
      problems.push(`${path}: ${reasonOf(error)}`);
    }
  };
  for (const path of paths) attempt(path, () => (statSync(path).isDirectory() ? look(path) : add(path, false)));
  return { files, notes, problems };
}

/** The content of a file. Throws Unreadable if it is no text. */
export function readText(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > MAX_BYTES) throw new Unreadable(`it has ${size} bytes; at most ${MAX_BYTES} are read`);
    return decoded(readFileSync(path));
  } catch (error) {
    if (error instanceof Unreadable) throw error;
    throw new Unreadable(reasonOf(error), { cause: error });
  }
}

/** Text from bytes: UTF-8, or UTF-16 if it says so by its first two bytes. A byte order mark stays in the text. */
export function decoded(bytes: Uint8Array): string {
  try {
    return new TextDecoder(encodingOf(bytes), { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new Unreadable("it is no text in UTF-8", { cause: error });
  }
}

/** A text as bytes, in the encoding of those that it came from. */
export function encoded(text: string, origin: Uint8Array): Uint8Array {
  const encoding = encodingOf(origin);
  if (encoding === "utf-8") return Buffer.from(text);
  const bytes = Buffer.from(text, "utf16le");
  return encoding === "utf-16le" ? bytes : bytes.swap16();
}

function encodingOf([first, second]: Uint8Array): "utf-8" | "utf-16le" | "utf-16be" {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** By name, so that every machine reads in the same order. */
function entriesOf(folder: string): Dirent[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(({ name }) => !name.startsWith(".") && name !== "node_modules")
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "there is no such file or folder",
  EACCES: "it may not be read by this user",
  EPERM: "it may not be read by this user",
  ELOOP: "its links lead in a circle",
  EISDIR: "it is a folder",
};

function reasonOf(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return REASONS[code] ?? message;
}
