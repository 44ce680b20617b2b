import { posix } from "node:path";
import type { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** The volumes of a pod. */
export function volumesOf(object: StackObject): Field[] {
  return podOf(object).spec.at("volumes").items();
}

/** A path of a node as its kernel sees it: no doubled or trailing slashes, and `/var/run` is `/run`. */
export function plainPath(path: string): string {
  const plain = posix.resolve("/", path);
  return plain === "/var/run" || plain.startsWith("/var/run/") ? plain.slice("/var".length) : plain;
}

/** Whether a folder is, or holds, what lies at a path. Both are plain. */
export function holds(folder: string, path: string): boolean {
  return `${path}/`.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
}
