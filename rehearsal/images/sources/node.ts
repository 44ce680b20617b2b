import { join } from "node:path";
import { diskFile } from "../oci/entry.ts";
import { installedPackages, readLock } from "./installed.ts";
import type { Found } from "./source.ts";

/** The Node that npm installed here from its package `node`, as /usr/local/bin/node. It needs `libstdc++6` and `libatomic1`. */
export interface NodeSource {
  readonly kind: "node";
  /** The checkout whose lock pins it. */
  readonly root: string;
}

const PACKAGE = "node_modules/node";

export async function nodeInputs({ root }: NodeSource): Promise<string> {
  return versionOf(root);
}

export async function findNode({ root }: NodeSource): Promise<Found> {
  await installedPackages(root, await readLock(root), { packages: [PACKAGE], optional: new Set() });
  const version = await versionOf(root);
  return {
    state: "",
    lay: async () => ({
      entries: [await diskFile("usr/local/bin/node", join(root, PACKAGE, "bin", "node"))],
      ingredients: [{ name: "node", version }],
    }),
  };
}

async function versionOf(root: string): Promise<string> {
  return (await readLock(root)).packages[PACKAGE]?.version ?? "";
}
