import { execFileSync } from "node:child_process";
import { mkdir, readdir, readFile, readlink, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { OUR_PLUGINS } from "../plugins/index.ts";
import { type EngineHomeOptions, engineHome, removeEngineHome } from "./engine-home.ts";
import { layPlugins } from "./plugin-folder.ts";
import type { Tool } from "./prepare.ts";
import { scratch, writeFiles, writeProgram } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

/** A toolchain of programs that say their name, and a user's own Pulumi home. */
async function machine(origin: Tool["origin"] = "built") {
  const dir = await scratch();
  const tool = async (name: Tool["name"]): Promise<Tool> => ({
    name,
    version: "3.300.0",
    origin,
    path: await writeProgram(join(dir, "tools", name, name), `echo ${name}`),
  });
  const tools = {
    pulumi: await tool("pulumi"),
    kubectl: await tool("kubectl"),
  };
  const env = { PULUMI_HOME: join(dir, "user"), PATH: "/usr/bin:/bin" };
  const options: EngineHomeOptions = { cacheDir: join(dir, "cache"), name: "local", tools, env };
  return { dir, options };
}

const version = (name: string) => OUR_PLUGINS.find((plugin) => plugin.name === name)?.version;

describe("an engine's home", () => {
  it("has the tools, our plugins, a state and a passphrase, for its owner alone", async () => {
    const { options } = await machine();
    const home = await engineHome({ ...options, kubeconfig: "/k" });
    expect(home.dir).toBe(join(options.cacheDir, "engine", "local"));
    for (const name of ["pulumi", "kubectl"])
      expect(execFileSync(join(home.dir, "bin", name)).toString()).toBe(`${name}\n`);
    expect(home.plugins.map(({ name, origin }) => `${name} ${origin}`)).toEqual(
      OUR_PLUGINS.map(({ name }) => `${name} ours`),
    );
    expect((await readdir(join(home.dir, "home", "plugins"))).sort()).toEqual(
      OUR_PLUGINS.map((plugin) => `${plugin.kind}-${plugin.name}-v${plugin.version}`).sort(),
    );
    const passphrase = home.env.PULUMI_CONFIG_PASSPHRASE_FILE ?? "";
    expect((await stat(passphrase)).mode & 0o777).toBe(0o600);
    expect((await stat(home.dir)).mode & 0o777).toBe(0o700);
    expect((await readFile(passphrase, "utf8")).length).toBeGreaterThan(40);
    expect(home.env).toMatchObject({
      PULUMI_BACKEND_URL: `file://${join(home.dir, "state")}`,
      PULUMI_HOME: join(home.dir, "home"),
      PULUMI_SKIP_UPDATE_CHECK: "true",
      PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true",
      KUBECONFIG: "/k",
    });
    expect(home.env.PATH?.split(":")[0]).toBe(join(home.dir, "bin"));
    expect(JSON.stringify(home)).not.toContain(await readFile(passphrase, "utf8"));
    expect(home.unset).toContain("PULUMI_CONFIG_PASSPHRASE");
  });

  it("stays as it is when laid again, by two at once too", async () => {
    const { options } = await machine();
    const launcher = join(
      ...[
        (await engineHome(options)).dir,
        "home/plugins",
        `resource-random-v${version("random")}`,
        "pulumi-resource-random",
      ],
    );
    const passphrase = await readFile(join(options.cacheDir, "engine/local/passphrase"), "utf8");
    await utimes(launcher, 1, 1);
    await Promise.all([engineHome(options), engineHome(options)]);
    expect((await stat(launcher)).mtimeMs).toBe(1_000);
    expect(await readFile(join(options.cacheDir, "engine/local/passphrase"), "utf8")).toBe(passphrase);
  });

  it("makes a passphrase anew that was cut off, unless there is a state that was encrypted with it", async () => {
    const { options } = await machine();
    const { dir } = await engineHome(options);
    const passphrase = () => readFile(join(dir, "passphrase"), "utf8");
    for (const cutOff of ["", "half"]) {
      await writeFiles(dir, { passphrase: cutOff });
      await Promise.all([engineHome(options), engineHome(options)]);
      expect(await passphrase()).toMatch(/^[\w-]{43}$/);
      expect((await stat(join(dir, "passphrase"))).mode & 0o777).toBe(0o600);
    }
    await writeFiles(dir, { passphrase: "a person's", "state/.pulumi/stacks/plumbline/local.json": "{}" });
    await engineHome(options);
    expect(await passphrase()).toBe("a person's");
    expect((await readdir(dir)).sort()).toEqual(["bin", "home", "passphrase", "state"]);
  });

  it("takes an official plugin of the SDK's version, file by file, and goes back to ours when it is gone", async () => {
    const { dir, options } = await machine();
    const folder = `resource-random-v${version("random")}`;
    await writeProgram(join(dir, "user/plugins", folder, "pulumi-resource-random"), "echo official");
    await writeFiles(join(dir, "user/plugins", folder), { "PulumiPlugin.yaml": "runtime: nodejs\n" });
    const laid = join(options.cacheDir, "engine/local/home/plugins", folder);

    const home = await engineHome(options);
    expect(home.plugins.find(({ name }) => name === "random")).toMatchObject({ origin: "official", note: "" });
    expect((await stat(laid)).isDirectory()).toBe(true);
    await expect(readlink(laid)).rejects.toThrow("EINVAL");
    expect((await readdir(laid)).sort()).toEqual(["PulumiPlugin.yaml", "pulumi-resource-random"]);
    expect(execFileSync(join(laid, "pulumi-resource-random")).toString()).toBe("official\n");

    const ours = await engineHome({ ...options, plugins: "ours" });
    expect(ours.plugins.find(({ name }) => name === "random")?.origin).toBe("ours");
    await engineHome(options);
    await rm(join(dir, "user"), { recursive: true });
    await engineHome(options);
    expect(await readFile(join(laid, "pulumi-resource-random"), "utf8")).toContain("rehearsal/plugins/random/main.ts");
    expect(await readdir(laid)).toEqual(["pulumi-resource-random"]);
  });

  it("leaves the language host to the machine's own CLI if that came with one", async () => {
    const { dir, options } = await machine("machine");
    const language = async () =>
      (await engineHome(options)).plugins.find(({ kind }) => kind === "language") ?? { origin: "none" };
    expect(await language()).toMatchObject({ origin: "ours" });
    await writeProgram(join(dir, "tools/pulumi/pulumi-language-nodejs"), "");
    expect(await language()).toMatchObject({ origin: "official", version: "3.300.0" });
    const plugins = await readdir(join(options.cacheDir, "engine/local/home/plugins"));
    expect(plugins.filter((name) => name.startsWith("language"))).toEqual([]);
  });

  it("refuses a name that is no label, and removes nothing outside itself", async () => {
    const { options } = await machine();
    await expect(engineHome({ ...options, name: "../x" })).rejects.toThrow('"../x" cannot be the name of a stack');
    await expect(removeEngineHome({ ...options, name: ".." })).rejects.toThrow("cannot be the name");
    await engineHome(options);
    await engineHome({ ...options, name: "other" });
    await removeEngineHome(options);
    await removeEngineHome(options);
    expect(await readdir(join(options.cacheDir, "engine"))).toEqual(["other"]);
  });
});

describe("a folder of plugins", () => {
  it("runs our plugin through a launcher, whatever its path is called, with its arguments and exit code", async () => {
    const dir = join(await scratch(), "it's a $HOME folder");
    await writeFiles(dir, {
      "main.ts": "console.log(process.argv.slice(2).join('|') as string); process.exitCode = 3;\n",
    });
    const source = { launch: { node: process.execPath, main: join(dir, "main.ts") } };
    await layPlugins(join(dir, "plugins"), [{ kind: "resource", name: "x", version: "1.0.0", source }]);
    const launcher = join(dir, "plugins/resource-x-v1.0.0/pulumi-resource-x");
    const run = () => execFileSync(launcher, ["a b", "c'd"], { stdio: "pipe" });
    expect(run).toThrow(expect.objectContaining({ status: 3, stdout: Buffer.from("a b|c'd\n") }));
  });

  it("has exactly the plugins asked for: other versions and leftovers go", async () => {
    const dir = await scratch();
    const source = { launch: { node: "/node", main: "/main.ts" } };
    await mkdir(join(dir, "resource-x-v1.0.0"));
    await writeFile(join(dir, "resource-x-v1.0.0.lastused"), "");
    await writeFile(join(dir, "resource-x-v2.0.0.lastused"), "");
    await mkdir(join(dir, "resource-x-v2.0.0/rubbish"), { recursive: true });
    await layPlugins(dir, [{ kind: "resource", name: "x", version: "2.0.0", source }]);
    expect((await readdir(dir, { recursive: true })).sort()).toEqual([
      "resource-x-v2.0.0",
      "resource-x-v2.0.0.lastused",
      "resource-x-v2.0.0/pulumi-resource-x",
    ]);
  });
});
