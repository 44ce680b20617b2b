import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { copyDefinitions, holdsOnlyDefinitions } from "./crds.ts";
import { scratch, writeFiles } from "./testing/scratch.ts";

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
