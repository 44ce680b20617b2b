import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { CLOUDNATIVE_PG } from "../images/cloudnative-pg.ts";
import type { ImageDescription } from "../images/index.ts";
import { toolsDirectory } from "../toolchain/cache.ts";
import { contentKey, moduleDigest } from "../toolchain/content-key.ts";
import { RehearsalError } from "../toolchain/error.ts";
import { CRD_MODULE_DIR, downloadModules } from "../toolchain/modules.ts";
import { produce } from "../toolchain/product.ts";
import { follow, type Say } from "../toolchain/progress.ts";
import type { RuntimeOptions } from "./runtime.ts";

/** An operator that runs in pods of real nodes, as its makers deploy it. */
interface RealOperator {
  readonly image: ImageDescription;
  /** The Go module that carries its manifests, in the version of the definitions that the cluster has. */
  readonly module: string;
  /** The file of them in the module, by the module's version: `v1.27.0`. */
  readonly file: (version: string) => string;
}

const OPERATORS = {
  "cloudnative-pg": {
    image: CLOUDNATIVE_PG,
    module: "github.com/cloudnative-pg/cloudnative-pg",
    file: (version) => `releases/cnpg-${version.replace(/^v/, "")}.yaml`,
  },
} as const satisfies Record<string, RealOperator>;

const FILE = "manifests.yaml";

/** Names of the operators that real nodes can run. */
export type OperatorName = keyof typeof OPERATORS;

/** The image that an operator runs from. */
export function operatorImage(name: OperatorName): ImageDescription {
  return OPERATORS[name].image;
}

/**
 * The file with an operator's manifests as nodes can run them ({@link forNodes}): taken once out of its pinned module. Needs
 * Go only the first time.
 */
export async function operatorManifests(
  name: OperatorName,
  { cacheDir, env, report, signal }: RuntimeOptions,
): Promise<string> {
  const { module, file } = OPERATORS[name];
  const tool = `manifests-${name}`;
  return follow(`manifests of ${name}`, { report }, async (say) => {
    const inputs = contentKey({ modules: await moduleDigest(CRD_MODULE_DIR), module, file: file("v0") });
    const make = async (stage: string, saying: Say) => {
      const found = await downloadModules([module], { stage, say: saying, env, signal });
      const { dir, version } = found(module);
      await writeFile(join(stage, FILE), forNodes(await readFile(join(dir, file(version)), "utf8")));
    };
    const dir = await produce(
      toolsDirectory(cacheDir),
      { tool, version: "1", key: inputs, inputs, make },
      { say, signal },
    );
    say(`in ${dir}`);
    return join(dir, FILE);
  });
}

/**
 * An operator's manifests without its definitions, which the cluster has already, and without the wish to ask a registry at
 * each start, for there is none. Throws `RehearsalError` if no Deployment is among them.
 */
export function forNodes(yaml: string): string {
  const documents = yaml
    .split(/^---.*$/m)
    .filter((text) => /^[^#\s]/m.test(text) && !/^kind: CustomResourceDefinition\s*$/m.test(text));
  if (!documents.some((text) => /^kind: Deployment\s*$/m.test(text)))
    throw new RehearsalError(
      "The manifests of an operator hold no Deployment.",
      "The module has moved them: correct OPERATORS in rehearsal/nodes/operators.ts.",
    );
  return documents
    .map((text) => `${text.trim()}\n`)
    .join("---\n")
    .replaceAll(/^( *imagePullPolicy:) Always$/gm, "$1 IfNotPresent");
}
