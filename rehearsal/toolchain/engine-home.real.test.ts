import { symlink } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { cacheDirectory } from "./cache.ts";
import { command } from "./command.ts";
import { engineHome } from "./engine-home.ts";
import { prepareToolchain } from "./prepare.ts";
import { scratch, writeFiles, writeProgram } from "./testing/scratch.ts";

const REPOSITORY = join(import.meta.dirname, "..", "..");
const PROGRAM =
  'import { RandomId } from "@pulumi/random";\nexport const id: unknown = new RandomId("id", { byteLength: 8 }).hex;\n';

it("is where the real engine finds language host and plugins, without a warning, whatever lies on PATH", {
  timeout: 300_000,
}, async () => {
  const dir = await scratch();
  const toolchain = await prepareToolchain({ cacheDir: cacheDirectory() });
  // Plugins of the right names that lie on PATH would be taken first, and fail.
  const onPath = join(dir, "path");
  for (const name of ["pulumi-language-nodejs", "pulumi-resource-random"])
    await writeProgram(join(onPath, name), "exit 9");
  const env = { ...process.env, PATH: `${onPath}:${process.env.PATH}` };
  const home = await engineHome({ cacheDir: join(dir, "cache"), name: "try", tools: toolchain, env, plugins: "ours" });
  const project = join(dir, "project");
  await writeFiles(project, {
    "Pulumi.yaml": "name: try\nruntime: { name: nodejs, options: { typescript: false } }\nmain: index.ts\n",
    "package.json": '{ "type": "module" }',
    "index.ts": PROGRAM,
  });
  await symlink(join(REPOSITORY, "node_modules"), join(project, "node_modules"));

  const pulumi = async (...args: string[]) => {
    const { code, tail } = await command(join(home.dir, "bin", "pulumi"), [...args, "--non-interactive"], {
      cwd: project,
      env: { ...env, ...home.env },
    });
    expect(code, tail.join("\n")).toBe(0);
    expect(tail.join("\n")).not.toMatch(/warning/i);
    return tail.join("\n");
  };
  await pulumi("stack", "init", "one");
  expect(await pulumi("up", "--yes", "--skip-preview")).toMatch(/id\s*: "[0-9a-f]{16}"/);
  expect(await pulumi("preview", "--expect-no-changes")).toContain("2 unchanged");
  await pulumi("destroy", "--yes", "--skip-preview");
});
