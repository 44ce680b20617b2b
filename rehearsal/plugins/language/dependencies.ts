import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ancestors, readManifest } from "./manifest.ts";

/** An installed npm package. */
export interface Dependency {
  readonly name: string;
  readonly version: string;
}

/** The folder that has the package.json of a program in `directory`; `directory` itself when none is there or above. */
export function packageRoot(directory: string): string {
  return ancestors(directory).find((above) => existsSync(join(above, "package.json"))) ?? directory;
}

/**
 * What the program in `directory` depends on, in the versions that are installed; with `transitive`, what npm installed
 * for those as well. What is not installed is left out.
 */
export function programDependencies(directory: string, transitive: boolean): Dependency[] {
  const root = packageRoot(directory);
  const all = transitive ? everythingInstalled(root) : undefined;
  return all ?? directDependencies(root);
}

function directDependencies(root: string): Dependency[] {
  const { dependencies, devDependencies } = readManifest(root) ?? {};
  return Object.keys({ ...dependencies, ...devDependencies }).flatMap((name) => {
    const version = installedVersion(root, name);
    return version === undefined ? [] : [{ name, version }];
  });
}

function installedVersion(root: string, name: string): string | undefined {
  for (const above of ancestors(root)) {
    const manifest = readManifest(join(above, "node_modules", name));
    if (manifest) return manifest.version;
  }
  return undefined;
}

/** npm writes what it installed into a lock file of its own; `undefined` when another package manager was used. */
function everythingInstalled(root: string): Dependency[] | undefined {
  const holder = ancestors(root).find((above) => existsSync(join(above, LOCK)));
  if (holder === undefined) return undefined;
  const lock = JSON.parse(readFileSync(join(holder, LOCK), "utf8")) as Lock;
  return Object.entries(lock.packages ?? {}).flatMap(([path, { version }]) =>
    version === undefined ? [] : [{ name: path.slice(path.lastIndexOf(FOLDER) + FOLDER.length), version }],
  );
}

const FOLDER = "node_modules/";
const LOCK = "node_modules/.package-lock.json";

interface Lock {
  readonly packages?: Readonly<Record<string, { readonly version?: string }>>;
}
