import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copyDefinitions, crdFolders, haveCrds, holdsOnlyDefinitions } from "./crds.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";
import { CRD_MODULES } from "./versions.ts";

const CRD = "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {}\n";

it.each([
  ["one definition", CRD, true],
  ["a definition after a comment and a separator", `# Copyright\n---\n${CRD}`, true],
  ["two definitions", `${CRD}---\n${CRD}`, true],
  ["a definition and a policy", `${CRD}---\nkind: ValidatingAdmissionPolicy\n`, false],
  ["a kustomization", "resources:\n- a.yaml\n", false],
  ["something that only mentions the kind", "kind: List\nitems:\n  - kind: CustomResourceDefinition\n", false],
  ["nothing", "# empty\n", false],
])("takes a file for definitions only if it holds nothing else: %s", (_, yaml, expected) => {
  expect(holdsOnlyDefinitions(yaml)).toBe(expected);
});

it("copies definitions and leaves what lies beside them", async () => {
  const dir = await scratch();
  await writeFiles(dir, { "from/a.yaml": CRD, "from/kustomization.yaml": "resources: []\n", "from/README.md": "x" });
  await copyDefinitions(join(dir, "from"), join(dir, "to"));
  expect(await readdir(join(dir, "to"))).toEqual(["a.yaml"]);
});

it("says so when a module holds none where the table says", async () => {
  const dir = await scratch();
  await writeFiles(dir, { "from/kustomization.yaml": "resources: []\n" });
  await expect(copyDefinitions(join(dir, "from"), join(dir, "to"))).rejects.toThrow(
    /holds no CustomResourceDefinition[\s\S]*CRD_MODULES/,
  );
});

it("fetches every module's definitions, once, and never writes into the pinned module", {
  timeout: 300_000,
}, async () => {
  const toolsDir = await scratch();
  expect(await haveCrds(toolsDir)).toBe(false);
  const folders = await crdFolders({ toolsDir });
  expect(folders).toHaveLength(CRD_MODULES.length);
  for (const folder of folders) expect((await readdir(folder)).length, folder).toBeGreaterThan(4);
  expect((await readdir(join(folders[0] ?? "", ".."))).sort()).toEqual(
    [...CRD_MODULES.map(({ name }) => name), "product.json"].sort(),
  );
  expect(await haveCrds(toolsDir)).toBe(true);
  // Without Go: what lies in the cache serves.
  expect(await crdFolders({ toolsDir, env: { PATH: "" } })).toEqual(folders);
});
