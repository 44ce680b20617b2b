import { createHash, randomBytes } from "node:crypto";
import type { Autonaming, PropertyMap } from "../rpc/index.ts";
import { AUTONAMED } from "./annotations.ts";
import { changeMap, mapIn, textIn } from "./convert.ts";

const SUFFIX_BYTES = 4;

/** The engine forbids made-up names here, and the program gave none. */
export class AutonamingDisabled extends Error {
  override readonly name = "AutonamingDisabled";

  constructor() {
    super("autonaming is disabled, resource requires the .metadata.name field to be set");
  }
}

/** Eight hex digits: the same for the same seed, else random. */
export function randomSuffix(seed: Uint8Array, salt = ""): string {
  const bytes = seed.length > 0 ? createHash("sha256").update(seed).update(salt).digest() : randomBytes(SUFFIX_BYTES);
  return bytes.subarray(0, SUFFIX_BYTES).toString("hex");
}

/** Whether a name is given, or will be known later. */
export function isNamed(inputs: PropertyMap): boolean {
  const metadata = mapIn(inputs, "metadata");
  return metadata === undefined ? inputs.metadata !== undefined : Boolean(metadata.name);
}

export function isGenerateName(inputs: PropertyMap): boolean {
  return !isNamed(inputs) && Boolean(mapIn(inputs, "metadata")?.generateName);
}

export function isAutonamed(inputs: PropertyMap): boolean {
  return textIn(mapIn(mapIn(inputs, "metadata"), "annotations"), AUTONAMED) === "true";
}

export interface Naming {
  /** Inputs of the last update; empty for a new resource. */
  readonly olds: PropertyMap;
  /** Name of the resource in the program. */
  readonly resourceName: string;
  readonly randomSeed: Uint8Array;
  readonly autonaming: Autonaming | undefined;
}

/**
 * Gives a name to inputs without one: that of the last update if it was made up too, else the program's name for the
 * resource and eight hex digits, or what the engine proposes. Made-up names are told by an annotation.
 */
export function withName(inputs: PropertyMap, naming: Naming): PropertyMap {
  const { olds, resourceName, randomSeed, autonaming } = naming;
  if (isNamed(inputs)) return inputs;
  if (isAutonamed(olds)) return named(inputs, textIn(mapIn(olds, "metadata"), "name") ?? "");
  if (isGenerateName(inputs) || Object.keys(olds).length > 0) return inputs;
  if (autonaming?.mode === "disable") throw new AutonamingDisabled();
  return named(inputs, autonaming?.proposedName || `${resourceName}-${randomSuffix(randomSeed, resourceName)}`);
}

function named(inputs: PropertyMap, name: string): PropertyMap {
  return changeMap(inputs, "metadata", (metadata) => ({
    ...changeMap(metadata, "annotations", (annotations) => ({ ...annotations, [AUTONAMED]: "true" })),
    name,
  }));
}
