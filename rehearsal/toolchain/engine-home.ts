import { randomBytes } from "node:crypto";
import { chmod, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { delimiter, dirname, join, resolve } from "node:path";
import { OUR_PLUGINS, type OurPlugin } from "../plugins/index.ts";
import { RehearsalError } from "./error.ts";
import { replaceLink, writeWhole } from "./files.ts";
import { withLock } from "./lock.ts";
import { findLanguageHost, findOfficialPlugin } from "./machine.ts";
import { requireLabel } from "./name.ts";
import { layPlugins, type PluginFolder } from "./plugin-folder.ts";
import type { Tool, Tools } from "./prepare.ts";
import { rangeInWords, serves } from "./semver.ts";
import { VERSIONS } from "./versions.ts";

/** One Pulumi plugin, as the engine will find it. */
export interface Plugin {
  readonly kind: "resource" | "language" | "analyzer";
  readonly name: string;
  readonly version: string;
  /** `official`: made by Pulumi, found on this machine. `ours`: the rehearsal's own. */
  readonly origin: "official" | "ours";
  /** One line for the screen, such as "records, does not deploy". Empty for official plugins. */
  readonly note: string;
}

/** Where one stack's engine lives: `$PLUMBLINE_CACHE/engine/<name>`. */
export interface EngineHome {
  /** Its folder. It has `bin/pulumi`, so `PulumiCommand.get({ root: dir })` of the Automation API takes it. */
  readonly dir: string;
  /** The CLI that runs. */
  readonly pulumi: Tool;
  readonly plugins: readonly Plugin[];
  /** Environment to set for the engine: PULUMI_HOME, backend, passphrase file, KUBECONFIG, PATH with the tools first, … */
  readonly env: Readonly<Record<string, string>>;
  /** Names of variables to unset for the engine, because they would overrule `env` (a passphrase of the user's own, …). */
  readonly unset: readonly string[];
}

export interface EngineHomeOptions {
  readonly cacheDir: string;
  /** Name of the stack: a DNS label. */
  readonly name: string;
  readonly tools: Tools;
  /**
   * `official first` (default): official plugins where the machine has them in the SDK's version. `ours`: never an
   * official one, as for rehearsing an environment of the cloud, where an official plugin would deploy for real.
   */
  readonly plugins?: "official first" | "ours";
  /** Environment that the engine's is made from. Default: this process's. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** The only kubeconfig that the engine sees. Left out: KUBECONFIG stays the user's own. */
  readonly kubeconfig?: string | undefined;
}

/** Would overrule the passphrase file, the backend, the stack, or the choice of plugins. */
const OVERRULING = [
  "PULUMI_CONFIG_PASSPHRASE",
  "PULUMI_ACCESS_TOKEN",
  "PULUMI_STACK",
  "PULUMI_DEBUG_PROVIDERS",
] as const;

const PASSPHRASE_BYTES = 32;

/**
 * Lays the folder out, or brings it up to date: launchers of our plugins for the versions of the installed SDKs, links
 * to official plugins of the user's own Pulumi, a folder for the state, a passphrase (made once, mode 0600).
 * Takes milliseconds; call it before every run of the engine.
 *
 * Throws `RehearsalError` if the name is not a DNS label, or this Node cannot run the plugins.
 */
export async function engineHome(options: EngineHomeOptions): Promise<EngineHome> {
  const { cacheDir, name, tools, kubeconfig, env = process.env } = options;
  requireLabel("a stack", name);
  requireNode();
  const dir = engineDirectory(cacheDir, name);
  const [bin, home, state, passphrase] = ["bin", "home", "state", "passphrase"].map((part) => join(dir, part)) as [
    string,
    string,
    string,
    string,
  ];
  for (const folder of [bin, home, state]) await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(dir, 0o700);
  for (const tool of [tools.pulumi, tools.kubectl]) await replaceLink(tool.path, join(bin, tool.name));
  await makePassphrase(passphrase, state);
  const chosen = await Promise.all(OUR_PLUGINS.map((plugin) => choose(plugin, options)));
  await layPlugins(
    join(home, "plugins"),
    chosen.flatMap(({ folder }) => folder ?? []),
  );
  const plugins = chosen.map(({ plugin }) => plugin);
  return {
    dir,
    pulumi: tools.pulumi,
    plugins,
    env: {
      PULUMI_HOME: home,
      PULUMI_BACKEND_URL: `file://${state}`,
      PULUMI_CONFIG_PASSPHRASE_FILE: passphrase,
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // A plugin that happens to lie on PATH would be taken before the ones named here.
      PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
      // Without it, a plugin that is missing becomes an attempt to download it.
      ...(plugins.some(({ origin }) => origin === "ours") && { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" }),
      ...(kubeconfig !== undefined && { KUBECONFIG: kubeconfig }),
      PATH: [bin, dirname(process.execPath), env.PATH].filter(Boolean).join(delimiter),
    },
    unset: OVERRULING,
  };
}

/** Removes a stack's engine: state, passphrase, plugins. Destroy the stack first. Does nothing if there is none. */
export async function removeEngineHome({
  cacheDir,
  name,
}: {
  readonly cacheDir: string;
  readonly name: string;
}): Promise<void> {
  requireLabel("a stack", name);
  await rm(engineDirectory(cacheDir, name), { recursive: true, force: true });
}

function engineDirectory(cacheDir: string, name: string): string {
  return resolve(cacheDir, "engine", name);
}

/** Plugins are TypeScript, run by the Node that runs this. */
function requireNode(): void {
  if (serves(process.version, VERSIONS.node)) return;
  throw new RehearsalError(
    `The engine's plugins need Node.js ${rangeInWords(VERSIONS.node)}; this is ${process.version} (${process.execPath}).`,
    "Run it by the project's own Node: npm run …, or node_modules/.bin/node.",
  );
}

/** The official plugin if the machine has it, else ours. A language host that came with the CLI needs no folder. */
async function choose(
  ours: OurPlugin,
  { cacheDir, tools, env, plugins = "official first" }: EngineHomeOptions,
): Promise<{ plugin: Plugin; folder?: PluginFolder }> {
  const { kind, name, version, main, note } = ours;
  const official: Plugin = { kind, name, version, origin: "official", note: "" };
  if (kind === "language" && tools.pulumi.origin === "machine" && (await findLanguageHost(tools.pulumi.path)))
    return { plugin: { ...official, version: tools.pulumi.version } };
  const link = plugins === "ours" ? undefined : await findOfficialPlugin(ours, { cacheDir, env });
  if (link) return { plugin: official, folder: { kind, name, version, source: { link } } };
  const launch = { node: process.execPath, main };
  return { plugin: { kind, name, version, origin: "ours", note }, folder: { kind, name, version, source: { launch } } };
}

/**
 * Made once, readable by its owner alone; two runs at once agree on the first one's. One that is too short was cut off:
 * it is made again, unless there is a state that may be encrypted with it.
 */
async function makePassphrase(path: string, state: string): Promise<void> {
  if (await hasPassphrase(path)) return;
  await withLock(`${path}.lock`, { purpose: "making a passphrase" }, async () => {
    if ((await hasPassphrase(path)) || (await hasState(state))) return;
    await writeWhole(path, randomBytes(PASSPHRASE_BYTES).toString("base64url"), 0o600);
  });
}

async function hasPassphrase(path: string): Promise<boolean> {
  const text = await readFile(path, "utf8").catch(() => "");
  return text.length >= Math.ceil((PASSPHRASE_BYTES * 8) / 6);
}

/** Where Pulumi's file backend keeps stacks: `.pulumi/stacks/<project>/<stack>.json`. */
async function hasState(state: string): Promise<boolean> {
  const files = await readdir(join(state, ".pulumi", "stacks"), { recursive: true }).catch(() => []);
  return files.some((file) => /\.json(\.gz)?$/.test(file));
}
