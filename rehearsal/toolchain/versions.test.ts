import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CRD_MODULE_DIR } from "./modules.ts";
import { CLUSTER, PULUMI } from "./prepare.ts";
import { parseVersion, serves } from "./semver.ts";
import { BUILT, CRD_MODULES, GO_RELEASE, VERSIONS } from "./versions.ts";

const goMod = (dir: string) => readFile(join(dir, "go.mod"), "utf8");
const packageJson = (name: string) => createRequire(import.meta.url)(name) as { version: string };

describe("the table of versions", () => {
  it("agrees with the pinned modules", async () => {
    expect(await goMod(PULUMI.moduleDir)).toContain(`github.com/pulumi/pulumi/pkg/v3 v${BUILT.pulumi} `);
    expect(await goMod(CLUSTER.moduleDir)).toContain(`k8s.io/kubernetes v${BUILT.kubernetes}\n`);
  });

  it("agrees with the SDK that programs run on, and accepts the Node among the packages", () => {
    expect(packageJson("@pulumi/pulumi/package.json").version).toBe(BUILT.pulumi);
    expect(serves(packageJson("node/package.json").version, VERSIONS.node)).toBe(true);
  });

  it("builds what it would accept", () => {
    expect(serves(BUILT.pulumi, VERSIONS.pulumi)).toBe(true);
    expect(serves(BUILT.kubernetes, VERSIONS.kubectl)).toBe(true);
    expect(serves(GO_RELEASE, VERSIONS.go)).toBe(true);
  });

  it("asks for a Go that every module accepts", async () => {
    for (const dir of [PULUMI.moduleDir, CLUSTER.moduleDir, CRD_MODULE_DIR]) {
      const asked = /^go (.+)$/m.exec(await goMod(dir))?.[1] ?? "";
      expect(parseVersion(asked), dir).toBeDefined();
      expect(serves(VERSIONS.go.from, { from: asked }), dir).toBe(true);
    }
  });

  it("pins every module with CRDs, by version and by content", async () => {
    const sums = await readFile(join(CRD_MODULE_DIR, "go.sum"), "utf8");
    for (const { module } of CRD_MODULES) {
      const version = new RegExp(`^\\t${module} (v\\S+)$`, "m").exec(await goMod(CRD_MODULE_DIR))?.[1];
      expect(sums).toContain(`${module} ${version} h1:`);
    }
  });
});
