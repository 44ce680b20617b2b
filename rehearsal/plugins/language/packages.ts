import { type Dirent, readdirSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { ancestors, type Manifest, type ManifestParameterization, readManifest } from "./manifest.ts";

/** A resource plugin that a program needs, as an installed npm package names it. */
export interface RequiredPackage {
  readonly name: string;
  /** With a leading `v`. */
  readonly version: string;
  /** Where the plugin is downloaded from; empty: Pulumi's own place. */
  readonly server: string;
  readonly parameterization: ManifestParameterization | undefined;
}

/** The plugins that a program in `directory` needs: one for each npm package installed for it that names a plugin. */
export function requiredPackages(directory: string): RequiredPackage[] {
  const found = new Map<string, RequiredPackage>();
  const seen = new Set<string>();
  for (const above of ancestors(directory)) {
    for (const manifest of installedBelow(above, seen)) {
      const required = requiredPackage(manifest);
      if (required) found.set(`${required.name}@${required.version}`, required);
    }
  }
  return [...found.values()];
}

/** Every manifest in a directory's node_modules, and in those of the packages there. */
function* installedBelow(directory: string, seen: Set<string>): Generator<Manifest> {
  for (const folder of packageFolders(join(directory, "node_modules"))) {
    const real = realpathSync(folder);
    if (seen.has(real)) continue;
    seen.add(real);
    const manifest = readManifest(real);
    if (manifest) yield manifest;
    yield* installedBelow(real, seen);
  }
}

function packageFolders(nodeModules: string): string[] {
  return folders(nodeModules).flatMap((folder) => {
    const path = join(nodeModules, folder);
    return folder.startsWith("@") ? folders(path).map((name) => join(path, name)) : [path];
  });
}

function folders(directory: string): string[] {
  let entries: Dirent[];
  try {
    entries = readdirSync(directory, { withFileTypes: true });
  } catch {
    return [];
  }
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith("."))
    .map((entry) => entry.name);
}

function requiredPackage({ name, version, pulumi }: Manifest): RequiredPackage | undefined {
  if (!pulumi?.resource || name === undefined) return undefined;
  const plain = pulumi.version ?? version;
  if (plain === undefined) return undefined;
  return {
    name: pulumi.name ?? name.replace(/^@pulumi\//, "").replace(/^@/, ""),
    version: `v${plain.replace(/^v/, "")}`,
    server: pulumi.server ?? "",
    parameterization: pulumi.parameterization,
  };
}
