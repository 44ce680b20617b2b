import { readFileSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory } from "../../../rehearsal/index.ts";
import { command } from "../../../rehearsal/toolchain/command.ts";
import { contentKey } from "../../../rehearsal/toolchain/content-key.ts";
import { MAKER, produce } from "../../../rehearsal/toolchain/product.ts";

/** A program of the Python package index with all that it needs, as the lock beside this file says: `<tool>.txt`, by hash. */
export type PythonTool = "checkov" | "cfn-lint";

export interface Installed {
  /** Folder of its packages. */
  readonly site: string;
  readonly run: (args: readonly string[]) => ReturnType<typeof command>;
}

/** A tool as it lies in the cache, else fetched now; a text that says why not where it cannot be had. */
export async function pythonTool(tool: PythonTool): Promise<Installed | { readonly missing: string }> {
  const lock = join(import.meta.dirname, `${tool}.txt`);
  const python = await command("python3", ["--version"]).catch(() => undefined);
  if (python?.code !== 0) return { missing: "there is no python3" };
  const toolsDir = join(cacheDirectory(), "tools");
  const inputs = contentKey({ lock: readFileSync(lock, "utf8"), python: python.stdout });
  const make = async (stage: string) => {
    const only = ["--require-hashes", "--only-binary", ":all:", "--no-compile", "--disable-pip-version-check"];
    const args = ["-m", "pip", "install", "-q", ...only, "--target", join(stage, "site"), "-r", lock];
    const { code, tail } = await command("python3", args, { identityFile: join(stage, MAKER) });
    if (code !== 0) throw new Error(`pip cannot install ${tool}:\n${tail.join("\n")}`);
  };
  const recipe = { tool: `pypi-${tool}`, version: inputs, key: inputs, inputs, judgedBy: [], make };
  const dir = await produce(toolsDir, recipe, { say: () => {} });
  const site = join(dir, "site");
  const env = { ...process.env, PYTHONPATH: site };
  return { site, run: (args) => command("python3", [join(site, "bin", tool), ...args], { env }) };
}
