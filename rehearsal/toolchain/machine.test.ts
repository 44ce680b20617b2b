import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { findKubectl, findLanguageHost, findOfficialPlugin, findPulumi } from "./machine.ts";
import { scratch, writeProgram } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

/** A machine with programs in `<dir>/<folder>`, all on PATH in order, and a cache. */
async function machine(programs: Readonly<Record<string, string>>) {
  const dir = await scratch();
  for (const [path, script] of Object.entries(programs)) await writeProgram(join(dir, path), script);
  const folders = [...new Set(Object.keys(programs).map((path) => join(dir, path, "..")))];
  return { dir, cacheDir: join(dir, "cache"), env: { PATH: [...folders, "/bin"].join(":") } };
}

const kubectlSays = (version: string) => `echo '{"clientVersion": {"gitVersion": "${version}"}}'`;

describe("what the machine has", () => {
  it("serves if its version does; others are named with theirs", async () => {
    const { dir, ...options } = await machine({
      "old/pulumi": "echo v3.200.0",
      "broken/pulumi": "exit 1",
      "next/pulumi": "echo v4.0.0",
      "good/pulumi": "echo v3.260.1",
    });
    const search = await findPulumi(options);
    expect(search.found).toEqual({ path: join(dir, "good/pulumi"), version: "3.260.1" });
    expect(search.refused).toEqual([
      { path: join(dir, "old/pulumi"), version: "3.200.0" },
      { path: join(dir, "broken/pulumi"), version: "" },
      { path: join(dir, "next/pulumi"), version: "4.0.0" },
    ]);
  });

  it("is asked without letting it look for updates", async () => {
    const { dir, ...options } = await machine({
      "a/pulumi": '[ "$PULUMI_SKIP_UPDATE_CHECK" = true ] && echo v3.260.0',
    });
    expect((await findPulumi(options)).found?.path).toBe(join(dir, "a/pulumi"));
  });

  it.each([
    ["v1.34.9", false],
    ["v1.35.0", true],
    ["v1.37.2", true],
    ["v1.38.0", false],
    ["v1.36.4-dispatcher", false],
  ])("kubectl %s serves a 1.36 API server: %s", async (version, expected) => {
    const options = await machine({ "a/kubectl": kubectlSays(version) });
    expect((await findKubectl(options)).found !== undefined).toBe(expected);
  });

  it("is not what lies in our own cache, by whatever way PATH leads there", async () => {
    const { dir, ...options } = await machine({ "cache/engine/local/bin/pulumi": "echo v3.260.0" });
    await mkdir(join(dir, "link"));
    await symlink(join(dir, "cache/engine/local/bin/pulumi"), join(dir, "link/pulumi"));
    const env = { PATH: `${options.env.PATH}:${join(dir, "link")}` };
    expect(await findPulumi({ ...options, env })).toEqual({ refused: [] });
  });

  it("has a language host if it came with the CLI, wherever a link to the CLI lies", async () => {
    const { dir } = await machine({ "opt/pulumi": "", "opt/pulumi-language-nodejs": "", "bare/pulumi": "" });
    await symlink(join(dir, "opt/pulumi"), join(dir, "pulumi"));
    expect(await findLanguageHost(join(dir, "pulumi"))).toBe(join(dir, "opt/pulumi-language-nodejs"));
    expect(await findLanguageHost(join(dir, "bare/pulumi"))).toBeUndefined();
  });

  it("has an official plugin if that very version is there whole and is not ours", async () => {
    const { dir, cacheDir } = await machine({
      "home/plugins/resource-random-v1.2.3/pulumi-resource-random": "",
      "home/plugins/resource-half-v1.2.3/pulumi-resource-half": "",
      "cache/home/plugins/resource-random-v1.2.3/pulumi-resource-random": "",
    });
    await writeFile(join(dir, "home/plugins/resource-half-v1.2.3.partial"), "");
    const find = (name: string, version: string, home = "home") =>
      findOfficialPlugin({ kind: "resource", name, version }, { cacheDir, env: { PULUMI_HOME: join(dir, home) } });
    expect(await find("random", "1.2.3")).toBe(join(dir, "home/plugins/resource-random-v1.2.3"));
    expect(await find("random", "1.2.4")).toBeUndefined();
    expect(await find("half", "1.2.3")).toBeUndefined();
    expect(await find("random", "1.2.3", "cache/home")).toBeUndefined();
  });
});
