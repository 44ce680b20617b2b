import { type Entry, textFile } from "../oci/entry.ts";
import type { Found } from "./source.ts";

/** Texts, links and folders that are written in the description itself. Paths are absolute. */
export interface FilesSource {
  readonly kind: "files";
  readonly texts?: Readonly<Record<string, string>>;
  /** As `texts`, executable. */
  readonly programs?: Readonly<Record<string, string>>;
  /** From path to target. */
  readonly links?: Readonly<Record<string, string>>;
  /** Empty folders that all may write to, as /tmp. */
  readonly shared?: readonly string[];
}

export function findFiles(source: FilesSource): Found {
  return { state: "", lay: async () => ({ entries: fileEntries(source), ingredients: [] }) };
}

/** The entries that a description's own files become. */
export function fileEntries({ texts = {}, programs = {}, links = {}, shared = [] }: FilesSource): Entry[] {
  return [
    ...Object.entries(texts).map(([path, text]) => textFile(inside(path), text)),
    ...Object.entries(programs).map(([path, text]) => textFile(inside(path), text, 0o755)),
    ...Object.entries(links).map(([path, target]): Entry => ({ type: "link", path: inside(path), target })),
    ...shared.map((path): Entry => ({ type: "directory", path: inside(path), mode: 0o1777 })),
  ];
}

function inside(path: string): string {
  return path.replace(/^\//, "");
}
