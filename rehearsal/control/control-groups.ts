import { readdir, readFile, rmdir } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** Where machines have their control groups. */
const ROOT = "/sys/fs/cgroup";
/** A control group can be removed when the kernel has buried its last process, which takes a moment. */
const GRACE_MS = 5_000;

/**
 * Removes the control groups of a cluster's real nodes: the one thing that the kernel keeps of a cluster that was killed. Its
 * processes must be gone. Nothing, if it has no real nodes.
 */
export async function removeControlGroups(clusterPath: string): Promise<void> {
  const group = await groupOf(clusterPath);
  if (group === undefined) return;
  // Version 2 has one hierarchy, version 1 one for each controller.
  for (const root of [ROOT, ...(await folders(ROOT))]) {
    const until = performance.now() + GRACE_MS;
    while (!(await removeTree(join(root, group)))) {
      if (performance.now() > until) throw new Error(`the control group ${join(root, group)} is still in use`);
      await sleep(50);
    }
    // That of all clusters, if this was the last.
    await rmdir(join(root, group, "..")).catch(() => {});
  }
}

/** The cluster's control group, relative to the root of every hierarchy, as its process wrote it down. */
async function groupOf(clusterPath: string): Promise<string | undefined> {
  const text = await readFile(join(clusterPath, "run", "lab.json"), "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  const { cgroup } = JSON.parse(text) as { readonly cgroup?: string };
  return cgroup !== undefined && /^plumbline\/[^/]+$/.test(cgroup) ? cgroup : undefined;
}

/** Whether the group is gone with all that were in it. */
async function removeTree(group: string): Promise<boolean> {
  for (const child of await folders(group)) await removeTree(child);
  return rmdir(group).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code === "ENOENT",
  );
}

async function folders(path: string): Promise<string[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => join(path, name));
}
