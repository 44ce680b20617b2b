import { join, posix } from "node:path";
import { contentKey, fileDigest } from "../../toolchain/content-key.ts";
import { diskFile, type Entry, treeEntries } from "../oci/entry.ts";
import { installedPackages, readLock } from "./installed.ts";
import { type Closure, type Lock, productionClosure } from "./lock.ts";
import type { Found } from "./source.ts";

/**
 * An npm workspace that Node runs as it is: its sources, those of the workspaces that it depends on, and its production
 * dependencies as npm installed them here, each where it lies in the checkout.
 */
export interface WorkspaceSource {
  readonly kind: "workspace";
  /** The checkout. */
  readonly root: string;
  /** Folder of the workspace, from the root: `apps/orders`. */
  readonly workspace: string;
  /** Absolute folder in the image that stands for the root. */
  readonly to: string;
}

/** What of a workspace is no part of the service that runs. */
const NOT_SHIPPED = /(\.test\.ts|(^|\/)testdata)$/;

/** What packages carry for those who develop them: at their root, and by kind of file. Node runs no TypeScript of a package. */
const FOR_DEVELOPERS = /^(test|tests|docs|examples?|benchmarks?|\.github)$|\.([cm]?ts|map|md)$/i;
const LICENCE = /(^|\/)(licen[cs]e|notice|copying)[^/]*$/i;

/** What of the repository decides the layer: the pinned packages and the sources. */
export async function workspaceInputs({ root, workspace }: WorkspaceSource): Promise<string> {
  const lock = await readLock(root);
  const closure = productionClosure(lock, workspace);
  const inputs: Record<string, string> = {};
  for (const path of closure.packages) inputs[path] = JSON.stringify(lock.packages[path]);
  for (const entry of await sourceEntries(root, closure))
    if (entry.type === "file" && "file" in entry.content) inputs[entry.path] = await fileDigest(entry.content.file);
  return contentKey(inputs);
}

export async function findWorkspace({ root, workspace, to }: WorkspaceSource): Promise<Found> {
  const lock = await readLock(root);
  const closure = productionClosure(lock, workspace);
  const packages = await installedPackages(root, lock, closure);
  return {
    // Packages for another platform may be missing.
    state: contentKey({ packages: packages.join() }),
    lay: async ({ say }) => {
      say(`copying ${packages.length} packages of ${workspace}`);
      const entries = [...(await sourceEntries(root, closure)), ...linkEntries(lock, closure)];
      for (const path of packages) entries.push(...(await treeEntries(join(root, path), path, isRun)));
      const placed = entries.map((entry) => ({ ...entry, path: posix.join(to.slice(1), entry.path) }));
      return { entries: placed, ingredients: ingredientsOf(lock, [...closure.workspaces, ...packages]) };
    },
  };
}

/** Whether a path of a package is part of what runs, or a licence that goes with it. Packages inside it come by themselves. */
export function isRun(path: string): boolean {
  return !/(^|\/)node_modules$/.test(path) && (!FOR_DEVELOPERS.test(path) || LICENCE.test(path));
}

async function sourceEntries(root: string, { workspaces }: Closure): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const path of workspaces) {
    entries.push(await diskFile(`${path}/package.json`, join(root, path, "package.json")));
    entries.push(...(await treeEntries(join(root, path, "src"), `${path}/src`, (below) => !NOT_SHIPPED.test(below))));
  }
  return entries;
}

/** Node takes types away outside of node_modules alone: a workspace must stay behind its link. */
function linkEntries({ packages }: Lock, { links }: Closure): Entry[] {
  return links.map((path) => ({
    type: "link",
    path,
    target: posix.relative(posix.dirname(path), packages[path]?.resolved ?? ""),
  }));
}

function ingredientsOf({ packages }: Lock, paths: readonly string[]) {
  return paths.map((path) => ({
    name: packages[path]?.name ?? path.replace(/^.*node_modules\//, ""),
    version: packages[path]?.version ?? "",
  }));
}
