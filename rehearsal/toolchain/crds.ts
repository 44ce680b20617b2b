import { copyFile, cp, mkdir, readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { command } from "./command.ts";
import { contentKey, moduleDigest } from "./content-key.ts";
import { RehearsalError } from "./error.ts";
import { goEnvironment, requireGo } from "./go.ts";
import type { GoBuildOptions } from "./go-build.ts";
import { findProduct, produce } from "./product.ts";
import { follow, type Say } from "./progress.ts";
import { CRD_MODULES } from "./versions.ts";

const TOOL = "crds";
/** The pinned modules: their go.mod and go.sum. */
export const CRD_MODULE_DIR = join(import.meta.dirname, "modules", "crds");

/** What `go mod download -json` says of one module. */
interface Downloaded {
  readonly Path: string;
  readonly Version: string;
  readonly Dir?: string;
  readonly Sum?: string;
  readonly Error?: string;
}

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
  { say, env, signal }: Pick<GoBuildOptions, "env" | "signal"> & { readonly say: Say },
): Promise<void> {
  const go = await requireGo("the operators' CustomResourceDefinitions (they come as Go modules)", env);
  // Go writes into the module that it downloads for: it gets a copy.
  const module = join(stage, "module");
  await mkdir(module);
  for (const file of ["go.mod", "go.sum"]) await copyFile(join(CRD_MODULE_DIR, file), join(module, file));
  say("downloading the modules that carry them");
  const { code, stdout, tail } = await command(
    go.path,
    ["mod", "download", "-json", ...CRD_MODULES.map((wanted) => wanted.module)],
    { cwd: module, env: goEnvironment(env), signal },
  );
  const modules = parseStream(stdout);
  if (code !== 0)
    throw new RehearsalError(
      `Go cannot download the modules with the CustomResourceDefinitions:\n${[...modules.flatMap(({ Error: e }) => e ?? []), ...tail.slice(-3)].join("\n")}`,
      "See to the network, or set GOPROXY to a mirror (go env -w GOPROXY=…), and run this again.",
    );
  const sums = await readFile(join(CRD_MODULE_DIR, "go.sum"), "utf8");
  for (const { name, module: path, folder } of CRD_MODULES) {
    const found = modules.find(({ Path }) => Path === path);
    if (!found?.Dir || !sums.includes(`${path} ${found.Version} ${found.Sum}\n`))
      throw new RehearsalError(
        `${path} ${found?.Version} is not what go.sum of ${CRD_MODULE_DIR} pins.`,
        `Its sum is ${found?.Sum}; if the version was raised on purpose, add the sum with: go mod download ${path}`,
      );
    await copyDefinitions(join(found.Dir, folder), join(stage, name));
  }
  await rm(module, { recursive: true });
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

/** `go mod download -json` prints objects one after another, without commas. */
function parseStream(text: string): Downloaded[] {
  return text.trim() === "" ? [] : (JSON.parse(`[${text.replaceAll(/^}\n\{/gm, "},{")}]`) as Downloaded[]);
}
