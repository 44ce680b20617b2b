import * as pulumi from "@pulumi/pulumi";

/** What a tag meant when it was locked. */
export interface LockedImage {
  /** Of the manifest, or of the index of those for several architectures: `sha256:…`. */
  readonly digest: string;
  readonly mediaType: string;
  /** When that was asked, in UTC. */
  readonly locked: string;
}

/** Images by the very name that pods would ask for without a lock, `<name>:<tag>`. */
export type ImageLock = Readonly<Record<string, LockedImage>>;

/** Has every resource below run what is locked: an option of a component, or of all resources of a stack. */
export function pinImages(lock: ImageLock): pulumi.ResourceTransformation {
  return ({ props, opts }) => ({ props: pinned(props, lock), opts });
}

/**
 * The same value with every text that is the name of a locked image as `name:tag@sha256:…`, at any depth. What is only known later is
 * left as it is, and so is an image that is not locked.
 */
export function pinned<T>(value: T, lock: ImageLock): T {
  return walk(value) as T;

  function walk(part: unknown): unknown {
    if (typeof part === "string") return Object.hasOwn(lock, part) ? `${part}@${lock[part]?.digest}` : part;
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null || pulumi.Output.isInstance(part)) return part;
    const prototype: unknown = Object.getPrototypeOf(part);
    if (prototype !== Object.prototype && prototype !== null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, entry]) => [key, walk(entry)]));
  }
}
