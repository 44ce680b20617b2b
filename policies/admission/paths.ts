import { quoted } from "./cel.ts";

/** Slashes between two folders of a path, with folders that are the one before. */
const BETWEEN = "/+(?:\\./+)*";
const BEFORE = "(?:\\.?/+)*";
const AFTER = "(?:/+\\.?)*$";
/** What stands before a path of the node that is reached through a process. */
const THROUGH_PROCESS = `(?:proc${BETWEEN}(?:\\d+|self|thread-self)${BETWEEN}(?:root|cwd)${BETWEEN})?`;

/**
 * A regular expression for a folder of a node and whatever lies below it, however it is written. A path with `..` is none: the API
 * server refuses those.
 */
export function below(folder: string): string {
  const parts = segments(folder);
  return parts.length === 0 ? "" : `^${BEFORE}${parts.join(BETWEEN)}(?:/|$)`;
}

/** A regular expression for a path of a node and every folder that holds it. */
export function above(path: string, { throughProcess = false } = {}): string {
  const nested = segments(path).reduceRight((rest, part, at) => `(?:${at === 0 ? "" : BETWEEN}${part}${rest})?`, "");
  return `^${BEFORE}${throughProcess ? THROUGH_PROCESS : ""}${nested}${AFTER}`;
}

/** A regular expression for a path of a node that has this name, wherever it lies. */
export function named(name: string): string {
  return `(?:^|/)${quoted(name)}${AFTER}`;
}

/** A regular expression for a path that a pattern of its folders means, each a regular expression itself. */
export function spelled(folders: readonly string[]): string {
  return `^${BEFORE}${THROUGH_PROCESS}${folders.join(BETWEEN)}${AFTER}`;
}

/** `/var/run` is `/run`. */
function segments(path: string): string[] {
  const parts = path
    .split("/")
    .filter((part) => part !== "" && part !== ".")
    .map(quoted);
  return parts[0] === "run" ? [`(?:var${BETWEEN})?run`, ...parts.slice(1)] : parts;
}
