import { posix } from "node:path";
import type { Entry } from "./entry.ts";

/** Names that hold credentials or a history: in no image, wherever they come from, with all that is below them. */
const NEVER =
  /^(\.git|\.npmrc|\.yarnrc(\.yml)?|\.netrc|\.env(\..*)?|\.ssh|\.aws|\.docker|\.gnupg|\.kube|\.pgpass|\.pulumi)$/;

/** Debian's packages still name these folders of the root; the files live under /usr: https://wiki.debian.org/UsrMerge */
const MERGED = /^(bin|sbin|lib|lib32|lib64|libx32)(?=\/|$)/;

/** The sticky bit and all rights: what /tmp has. The only mode that is not brought to 755 or 644. */
const SHARED = 0o1777;

/**
 * The entries of one layer, in the order and shape in which they are written: sorted by path, folders before what they
 * hold, none missing, one entry per path (the last one given), no credentials, modes that do not depend on the umask of
 * whoever unpacked them. Any order of the same input gives the same plan, as long as no path is given twice.
 *
 * Throws if a path is both a folder and something else, or leaves the root.
 */
export function planLayer(given: readonly Entry[]): Entry[] {
  const planned = new Map<string, Entry>();
  for (const entry of given.map(merged)) {
    requireInside(entry.path);
    if (!entry.path.split("/").some((name) => NEVER.test(name))) place(planned, normal(entry));
  }
  for (const { path } of [...planned.values()])
    for (let parent = posix.dirname(path); parent !== "."; parent = posix.dirname(parent))
      if (!planned.has(parent)) planned.set(parent, { type: "directory", path: parent, mode: 0o755 });
      else requireFolder(planned, parent, path);
  return [...planned.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The links that make the root's folders those under /usr; a layer that holds Debian's packages begins with them. */
export function usrMergeLinks(): Entry[] {
  return ["bin", "sbin", "lib", "lib64"].map((path) => ({ type: "link", path, target: `usr/${path}` }));
}

/** The entry where it lives under /usr. A link that was written for its old place and climbs out of it becomes absolute. */
function merged(entry: Entry): Entry {
  if (!MERGED.test(entry.path) || (entry.type === "link" && entry.target === `usr/${entry.path}`)) return entry;
  const path = `usr/${entry.path}`;
  if (entry.type !== "link" || !entry.target.startsWith("..")) return { ...entry, path };
  return { ...entry, path, target: posix.join("/", posix.dirname(entry.path), entry.target) };
}

function normal(entry: Entry): Entry {
  if (entry.type === "link") return entry;
  if (entry.type === "directory") return { ...entry, mode: entry.mode === SHARED ? SHARED : 0o755 };
  return { ...entry, mode: entry.mode & 0o111 ? 0o755 : 0o644 };
}

function place(planned: Map<string, Entry>, entry: Entry): void {
  const before = planned.get(entry.path);
  if (before && (before.type === "directory") !== (entry.type === "directory"))
    throw new Error(`/${entry.path} is both a ${before.type} and a ${entry.type}`);
  planned.set(entry.path, entry);
}

function requireFolder(planned: ReadonlyMap<string, Entry>, parent: string, path: string): void {
  const found = planned.get(parent);
  if (found?.type !== "directory") throw new Error(`/${path} lies below /${parent}, which is a ${found?.type}`);
}

function requireInside(path: string): void {
  if (path === "" || path !== posix.normalize(path) || path.startsWith("/") || path.split("/").includes(".."))
    throw new Error(
      `${JSON.stringify(path)} is no path inside an image: it is absolute, leaves the root or is not normal`,
    );
}
