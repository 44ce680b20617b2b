import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Scratch } from "@plumbline-shop/testing/scratch";
import { loadAll } from "js-yaml";
import { EXTERNAL_SECRETS } from "../../components/cluster/operators/index.ts";
import { cacheDirectory } from "../../rehearsal/index.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { requireGo } from "../../rehearsal/toolchain/go.ts";
import { goTool } from "../../rehearsal/toolchain/go-build.ts";

const MODULE = "github.com/external-secrets/external-secrets";
/** What its program is made of; the rest of the module are its tests, documents and charts. */
const SOURCES = ["apis", "cmd", "pkg", "main.go", "go.mod", "go.sum"];
/** Where its program says which providers and generators it knows: some forty, with the client of every cloud among them. */
const KNOWN = {
  "pkg/provider/register/register.go": `package register\n\nimport _ "${MODULE}/pkg/provider/aws"\n`,
  "pkg/generator/register/register.go": "package register\n",
};

/** The operator, as its module has it. */
export interface ExternalSecretsModule {
  /** Those definitions of custom resources that its controllers want. */
  readonly definitions: readonly KubeObject[];
  /** Builds its own program, which knows AWS alone, or takes it from the cache; its path. */
  program(): Promise<string>;
}

/** Downloads the operator's module, if Go has it not yet, in the version and with the sum that are pinned here. */
export async function externalSecretsModule(scratch: Scratch): Promise<ExternalSecretsModule> {
  const go = await requireGo("the External Secrets Operator");
  // Go may write into the module that it downloads for: it gets a copy.
  const pins = folderIn(scratch, "pins");
  for (const file of ["go.mod", "go.sum"]) cpSync(join(import.meta.dirname, file), join(pins, file));
  const told = execFileSync(go.path, ["mod", "download", "-json", MODULE], { cwd: pins, encoding: "utf8" });
  const { Dir: module } = JSON.parse(told) as { Dir: string };
  return {
    definitions: definitionsIn(join(module, EXTERNAL_SECRETS.crds.folder)),
    async program() {
      const sources = folderIn(scratch, "sources");
      for (const part of SOURCES) cpSync(join(module, part), join(sources, part), { recursive: true });
      // In Go's cache nobody may write.
      execFileSync("chmod", ["-R", "u+w", sources]);
      for (const [file, content] of Object.entries(KNOWN)) writeFileSync(join(sources, file), content);
      const { name, version } = EXTERNAL_SECRETS;
      const tool = { name, version, moduleDir: sources, package: ".", ldflags: [], smoke: ["--help"], links: [] };
      return join(await goTool(tool, { toolsDir: join(cacheDirectory(), "tools") }), name);
    },
  };
}

function folderIn({ directory }: Scratch, name: string): string {
  const folder = join(directory, name);
  mkdirSync(folder);
  return folder;
}

function definitionsIn(folder: string): KubeObject[] {
  const wanted = readdirSync(folder).filter((file) =>
    /^external-secrets\.io_((cluster)?secretstores|externalsecrets)|_generatorstates/.test(file),
  );
  return wanted.flatMap((file) => loadAll(readFileSync(join(folder, file), "utf8")) as KubeObject[]);
}
