import { mkdir, readdir, readFile, readlink, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import { writeWhole } from "./files.ts";

/** What the engine shall find in a folder of its plugins: our launcher, or links to an official plugin. */
type PluginSource = { readonly launch: { readonly node: string; readonly main: string } } | { readonly link: string };

export interface PluginFolder {
  readonly kind: string;
  readonly name: string;
  /** Without a leading `v`. */
  readonly version: string;
  readonly source: PluginSource;
}

/**
 * Brings `$PULUMI_HOME/plugins` to exactly these plugins, touching only what differs. The engine takes real folders
 * alone (a link to a folder is passed over), so an official plugin is linked file by file.
 */
export async function layPlugins(dir: string, plugins: readonly PluginFolder[]): Promise<void> {
  await mkdir(dir, { recursive: true });
  const wanted = new Map(plugins.map((plugin) => [`${plugin.kind}-${plugin.name}-v${plugin.version}`, plugin]));
  for (const name of await readdir(dir)) {
    // The engine's own marks lie beside a plugin: `resource-random-v4.21.2.lastused`.
    const plugin = name.replace(/\.(lastused|lock)$/, "");
    if (!wanted.has(plugin)) await rm(join(dir, name), { recursive: true, force: true });
  }
  for (const [folder, plugin] of wanted) {
    const path = join(dir, folder);
    if ("link" in plugin.source) await linkContents(plugin.source.link, path);
    else await writeLauncher(path, `pulumi-${plugin.kind}-${plugin.name}`, plugin.source.launch);
  }
}

async function writeLauncher(
  dir: string,
  file: string,
  { node, main }: { readonly node: string; readonly main: string },
): Promise<void> {
  const path = join(dir, file);
  // Node 22 warns of running TypeScript; the engine would show it at every start.
  const script = `#!/bin/sh\nexec ${quote(node)} --disable-warning=ExperimentalWarning ${quote(main)} "$@"\n`;
  const entries = await readdir(dir).catch(() => []);
  const isThere = entries.length === 1 && (await readFile(path, "utf8").catch(() => "")) === script;
  if (isThere && (await readlink(path).catch(() => undefined)) === undefined) return;
  await rm(dir, { recursive: true, force: true });
  await mkdir(dir, { recursive: true });
  await writeWhole(path, script, 0o755);
}

async function linkContents(from: string, to: string): Promise<void> {
  const names = await readdir(from);
  const links = await Promise.all(names.map((name) => readlink(join(to, name)).catch(() => undefined)));
  const there = await readdir(to).catch(() => []);
  if (there.length === names.length && names.every((name, i) => links[i] === join(from, name))) return;
  await rm(to, { recursive: true, force: true });
  await mkdir(to, { recursive: true });
  for (const name of names) await symlink(join(from, name), join(to, name));
}

/** A text as one word of a shell command. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
