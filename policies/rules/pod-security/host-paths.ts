import { posix } from "node:path";
import type { Field } from "../../core/field.ts";
import { podVolumesOf, shapesPods } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Whether an object mounts files of a node into pods: it makes them, tells an operator of them, or is a volume that they claim. */
export function mayMountNode(object: StackObject): boolean {
  return shapesPods(object) || isVolume(object);
}

/** Where the paths of a node may stand: the volumes of a pod, or the volume itself. */
export function volumesOf(object: StackObject): Field[] {
  return isVolume(object) ? [object.root.at("spec")] : podVolumesOf(object);
}

/** The fields of a volume that name a path of the node; only a PersistentVolume has `local`. */
export function nodePathsOf(volume: Field): Field[] {
  return ["hostPath", "local"]
    .map((source) => volume.at(source))
    .filter((source) => !source.absent)
    .map((source) => source.at("path"));
}

export function isVolume({ group, kind }: StackObject): boolean {
  return group === "" && kind === "PersistentVolume";
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
