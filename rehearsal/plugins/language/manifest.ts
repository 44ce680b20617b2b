import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** What this launcher reads of a package.json. */
export interface Manifest {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly pulumi?: PulumiManifest;
}

/** The part of a package.json by which an npm package names the Pulumi plugin that it talks to. */
interface PulumiManifest {
  readonly resource?: boolean;
  readonly name?: string;
  readonly version?: string;
  /** Where the plugin is downloaded from, when it is not Pulumi's own place. */
  readonly server?: string;
  readonly parameterization?: ManifestParameterization;
}

/** A package that is made from another plugin and a parameter; `value` is base64. */
export interface ManifestParameterization {
  readonly name: string;
  readonly version: string;
  readonly value: string;
}

/** The package.json in `directory`; `undefined` when there is none, or it cannot be read as JSON. */
export function readManifest(directory: string): Manifest | undefined {
  try {
    return JSON.parse(readFileSync(join(directory, "package.json"), "utf8")) as Manifest;
  } catch {
    return undefined;
  }
}

/** `directory` and every directory above it, nearest first. */
export function ancestors(directory: string): string[] {
  const parent = dirname(directory);
  return parent === directory ? [directory] : [directory, ...ancestors(parent)];
}
