import type { Tool, Toolchain } from "./prepare.ts";

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
  readonly toolchain: Pick<Toolchain, "pulumi" | "kubectl" | "cluster">;
  /** The only kubeconfig that the engine sees. Left out: KUBECONFIG stays the user's own. */
  readonly kubeconfig?: string | undefined;
}

/**
 * Lays the folder out, or brings it up to date: launchers of our plugins for the versions of the installed SDKs, links
 * to official plugins of the user's own Pulumi, a folder for the state, a passphrase (made once, mode 0600).
 * Takes milliseconds; call it before every run of the engine.
 */
export async function engineHome(_options: EngineHomeOptions): Promise<EngineHome> {
  throw new Error("not yet");
}

/** Removes a stack's engine: state, passphrase, plugins. Destroy the stack first. Does nothing if there is none. */
export async function removeEngineHome(_options: { readonly cacheDir: string; readonly name: string }): Promise<void> {
  throw new Error("not yet");
}
