import { cp, mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { contentKey, moduleDigest } from "./content-key.ts";
import { RehearsalError } from "./error.ts";
import type { GoBuildOptions } from "./go-build.ts";
import { CRD_MODULE_DIR, downloadModules } from "./modules.ts";
import { findProduct, produce } from "./product.ts";
import { follow, type Say } from "./progress.ts";
import { CRD_MODULES } from "./versions.ts";

const TOOL = "crds";

/**
 * One folder per module of {@link CRD_MODULES} with its CustomResourceDefinitions, copied once out of Go's module cache
 * into ours: cleaning Go's does not break a cluster. Needs Go only the first time.
 */
export async function crdFolders({ toolsDir, env, report, signal }: GoBuildOptions): Promise<readonly string[]> {
  return follow("CRDs", { report }, async (say) => {
    const inputs = await inputsOfCrds();
    const make = (stage: string) => collect(stage, { say, env, signal });
    const recipe = { tool: TOOL, version: inputs, key: inputs, inputs, make };
    const dir = await produce(toolsDir, recipe, { say, signal });
    say(`of ${CRD_MODULES.map(({ name }) => name).join(", ")} in ${dir}`);
    return CRD_MODULES.map(({ name }) => join(dir, name));
  });
}

/** Whether the CustomResourceDefinitions are in the cache. Reads only. */
export async function haveCrds(toolsDir: string): Promise<boolean> {
  return (await findProduct(toolsDir, TOOL, await inputsOfCrds())) !== undefined;
}

async function inputsOfCrds(): Promise<string> {
  return contentKey({ module: await moduleDigest(CRD_MODULE_DIR), folders: JSON.stringify(CRD_MODULES) });
}

async function collect(
  stage: string,
  options: Pick<GoBuildOptions, "env" | "signal"> & { readonly say: Say },
): Promise<void> {
  const wanted = CRD_MODULES.map(({ module }) => module);
  const found = await downloadModules(wanted, { stage, ...options });
  for (const { name, module, folder } of CRD_MODULES)
    await copyDefinitions(join(found(module).dir, folder), join(stage, name));
}

/** Copies the files of a folder that hold CustomResourceDefinitions and nothing else. */
export async function copyDefinitions(from: string, to: string): Promise<void> {
  await mkdir(to);
  let copied = 0;
  for (const name of (await readdir(from)).filter((file) => file.endsWith(".yaml"))) {
    if (!holdsOnlyDefinitions(await readFile(join(from, name), "utf8"))) continue;
    await cp(join(from, name), join(to, name), { mode: 0 });
    copied++;
  }
  if (copied === 0)
    throw new RehearsalError(
      `${from} holds no CustomResourceDefinition.`,
      "The module has moved them: correct CRD_MODULES in versions.ts.",
    );
}

/** Whether every document of a YAML file is a CustomResourceDefinition; kustomizations and policies lie beside them. */
export function holdsOnlyDefinitions(yaml: string): boolean {
  const documents = yaml.split(/^---.*$/m).filter((text) => /^[^#\s]/m.test(text));
  return documents.length > 0 && documents.every((text) => /^kind: CustomResourceDefinition\s*$/m.test(text));
}
