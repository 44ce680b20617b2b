import { expect, it } from "vitest";
import { scratch, writeFiles } from "../../toolchain/testing/scratch.ts";
import { planLayer } from "../oci/layer-plan.ts";
import { findWorkspace, isRun, type WorkspaceSource, workspaceInputs } from "./workspace.ts";

const PACKAGES = {
  "apps/orders": { name: "@shop/orders", version: "1.0.0", dependencies: { chassis: "1", web: "2" } },
  "apps/chassis": {
    name: "chassis",
    version: "1.0.0",
    dependencies: { fast: "1" },
    optionalDependencies: { fast: "1" },
  },
  "node_modules/chassis": { resolved: "apps/chassis", link: true },
  "node_modules/web": { version: "2.0.0", integrity: "sha512-web" },
  "node_modules/fast": { version: "1.0.0", integrity: "sha512-fast" },
  "node_modules/dev": { version: "1.0.0", integrity: "sha512-dev" },
};

/** A checkout in which npm has installed all but the optional package. */
async function checkout(
  installed: object = { "node_modules/web": PACKAGES["node_modules/web"] },
): Promise<WorkspaceSource> {
  const root = await scratch();
  await writeFiles(root, {
    "package-lock.json": JSON.stringify({ packages: PACKAGES }),
    "node_modules/.package-lock.json": JSON.stringify({ packages: installed }),
    "apps/orders/package.json": "{}",
    "apps/orders/src/main.ts": "start()",
    "apps/orders/src/main.test.ts": "test()",
    "apps/orders/src/testdata/big": "test",
    "apps/orders/.npmrc": "//registry/:_authToken=secret-token",
    "apps/orders/src/.npmrc": "//registry/:_authToken=secret-token",
    "apps/orders/src/.env": "PASSWORD=secret-token",
    "apps/orders/.git/config": "secret-token",
    ".npmrc": "secret-token",
    "apps/chassis/package.json": "{}",
    "apps/chassis/src/service.ts": "export {}",
    "node_modules/web/index.js": "web",
    "node_modules/web/.npmrc": "secret-token",
    "node_modules/web/node_modules/stray/index.js": "not in the lock",
    "node_modules/dev/index.js": "dev",
  });
  return { kind: "workspace", root, workspace: "apps/orders", to: "/app" };
}
const workshop = { work: "", say: () => {}, logFile: "", identityFile: "" };

it("ships the sources and what they need to run: no test, no development dependency, no secret", async () => {
  const { lay } = await findWorkspace(await checkout());
  const { entries, ingredients } = await lay(workshop);
  const plan = planLayer(entries);
  expect(plan.filter(({ type }) => type !== "directory").map(({ path }) => path)).toEqual([
    "app/apps/chassis/package.json",
    "app/apps/chassis/src/service.ts",
    "app/apps/orders/package.json",
    "app/apps/orders/src/main.ts",
    "app/node_modules/chassis",
    "app/node_modules/web/index.js",
  ]);
  expect(plan.find(({ path }) => path === "app/node_modules/chassis")).toMatchObject({ target: "../apps/chassis" });
  expect(ingredients).toEqual([
    { name: "chassis", version: "1.0.0" },
    { name: "@shop/orders", version: "1.0.0" },
    { name: "web", version: "2.0.0" },
  ]);
});

it("is another layer when a source or a pinned package changes, and the same in another checkout", async () => {
  const [one, two, other, newer] = [await checkout(), await checkout(), await checkout(), await checkout()];
  await writeFiles(two.root, { "apps/orders/src/main.test.ts": "another test" });
  await writeFiles(other.root, { "apps/chassis/src/service.ts": "export const a = 1" });
  const raised = { ...PACKAGES, "node_modules/web": { version: "2.0.1" } };
  await writeFiles(newer.root, { "package-lock.json": JSON.stringify({ packages: raised }) });
  const [key, ...keys] = await Promise.all([one, two, other, newer].map(workspaceInputs));
  expect(keys.map((it) => it === key)).toEqual([true, false, false]);
});

it("is another layer where an optional package is installed", async () => {
  const { "node_modules/web": web, "node_modules/fast": fast } = PACKAGES;
  const [without, having] = [await checkout(), await checkout({ "node_modules/web": web, "node_modules/fast": fast })];
  await writeFiles(having.root, { "node_modules/fast/index.js": "fast" });
  const found = await Promise.all([without, having].map(findWorkspace));
  expect(found[0]?.state).not.toBe(found[1]?.state);
  expect((await found[1]?.lay(workshop))?.entries.map(({ path }) => path)).toContain("app/node_modules/fast/index.js");
});

it.each([
  ["nothing", {}, "and none is installed"],
  ["another version", { "node_modules/web": { version: "1.9.0" } }, "and another one (1.9.0) is installed"],
  ["another content", { "node_modules/web": { version: "2.0.0", integrity: "sha512-x" } }, "and another one (2.0.0)"],
])("refuses node_modules with %s where the lock pins a package", async (_, installed, problem) => {
  await expect(findWorkspace(await checkout(installed))).rejects.toThrow(
    new RegExp(`pins node_modules/web at 2\\.0\\.0, ${problem.replace(/[()]/g, "\\$&")}[\\s\\S]*npm ci`),
  );
});

it.each([
  ["index.js", true],
  ["lib/test/index.js", true],
  ["lib/index.d.ts", false],
  ["lib/index.d.cts", false],
  ["src/index.ts", false],
  ["dist/index.js.map", false],
  ["README.md", false],
  ["LICENSE.md", true],
  ["lib/vendor/NOTICE.md", true],
  ["test", false],
  [".github", false],
  ["node_modules", false],
  ["lib/node_modules", false],
  ["package.json", true],
])("%s of a package is in an image: %s", (path, shipped) => {
  expect(isRun(path)).toBe(shipped);
});
