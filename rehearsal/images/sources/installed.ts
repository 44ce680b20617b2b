import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { RehearsalError } from "../../toolchain/error.ts";
import type { Lock } from "./lock.ts";

export async function readLock(root: string): Promise<Lock> {
  return JSON.parse(await readFile(join(root, "package-lock.json"), "utf8")) as Lock;
}

/**
 * Which of these packages npm has installed in a checkout, in the very versions that its lock pins.
 *
 * Throws `RehearsalError` if one is missing that may not, or is another than the lock says.
 */
export async function installedPackages(
  root: string,
  lock: Lock,
  { packages, optional }: { readonly packages: readonly string[]; readonly optional: ReadonlySet<string> },
): Promise<string[]> {
  const tree = await readFile(join(root, "node_modules", ".package-lock.json"), "utf8").then(
    (text) => JSON.parse(text) as Lock,
    (): Lock => ({ packages: {} }),
  );
  return packages.filter((path) => {
    const [pinned, installed] = [lock.packages[path], tree.packages[path]];
    if (!installed && optional.has(path)) return false;
    if (installed && pinned?.version === installed.version && sameContent(pinned, installed)) return true;
    throw new RehearsalError(
      `package-lock.json pins ${path} at ${pinned?.version}, and ${installed ? `another one (${installed.version})` : "none"} is installed in ${root}.`,
      "Install what is pinned with: npm ci",
    );
  });
}

/** Digests decide where both sides have one. */
function sameContent(a: Lock["packages"][string] | undefined, b: Lock["packages"][string]): boolean {
  return !a?.integrity || !b.integrity || a.integrity === b.integrity;
}
