import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { crdFolders, haveCrds } from "./crds.ts";
import { CRD_MODULE_DIR } from "./modules.ts";
import { scratch } from "./testing/scratch.ts";
import { CRD_MODULES } from "./versions.ts";

it("fetches every module's definitions, once, and never writes into the pinned module", {
  timeout: 300_000,
}, async () => {
  const toolsDir = await scratch();
  const pinned = () => Promise.all(["go.mod", "go.sum"].map((file) => readFile(join(CRD_MODULE_DIR, file), "utf8")));
  const before = await pinned();
  expect(await haveCrds(toolsDir)).toBe(false);
  const folders = await crdFolders({ toolsDir });
  expect(folders).toHaveLength(CRD_MODULES.length);
  for (const folder of folders) expect((await readdir(folder)).length, folder).toBeGreaterThan(0);
  expect((await readdir(join(folders[0] ?? "", ".."))).sort()).toEqual(
    [...CRD_MODULES.map(({ name }) => name), "product.json"].sort(),
  );
  expect(await pinned()).toEqual(before);
  expect(await haveCrds(toolsDir)).toBe(true);
  // Without Go: what lies in the cache serves.
  expect(await crdFolders({ toolsDir, env: { PATH: "" } })).toEqual(folders);
});
