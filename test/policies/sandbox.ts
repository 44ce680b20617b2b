import { spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDirectory, engineHome, prepareToolchain } from "../../rehearsal/index.ts";
import { privateCache } from "../support/ground.ts";

const REPOSITORY = join(import.meta.dirname, "../..");

/** The pack that people use. */
export const PACK = join(REPOSITORY, "policies");

interface Run {
  readonly code: number | null;
  /** Everything that was printed. */
  readonly text: string;
}

/** A Pulumi project with an engine of its own, on the API server of the tests. */
export interface Sandbox {
  /** Writes the program: TypeScript that finds `pulumi`, the classes of the slice, and `shop()` in scope. */
  program(body: string): void;
  /** Lays a pack that serves `rules`, an expression over RULES of the library, with some exemptions. Returns its path. */
  pack(name: string, rules: string, exemptions?: readonly object[]): string;
  /** Writes a config for a pack. Returns its path. */
  config(settings: object): string;
  pulumi(...args: string[]): Promise<Run>;
  /** The state as it is stored, as text: secrets are encrypted in it. */
  state(): Promise<string>;
  kubectl(...args: string[]): Promise<Run>;
  remove(): Promise<void>;
}

/** Makes a project with the stack `local`. `namespace` is one that no other test uses, where the cluster is the tests' own. */
export async function makeSandbox(
  namespace: string,
  kubeconfig = process.env.PLUMBLINE_TEST_KUBECONFIG,
): Promise<Sandbox> {
  const cacheDir = await privateCache();
  const dir = mkdtempSync(join(tmpdir(), "plumbline-policies-"));
  const toolchain = await prepareToolchain({ cacheDir: cacheDirectory() });
  const home = await engineHome({ cacheDir, name: "policies", tools: toolchain, kubeconfig, plugins: "ours" });
  const env: NodeJS.ProcessEnv = { ...process.env, ...home.env, NO_COLOR: "1" };
  for (const name of home.unset) delete env[name];

  const write = (path: string, text: string) => writeFileSync(join(dir, path), text);
  const module = JSON.stringify({ type: "module", version: "1.0.0", main: "main.js" });
  symlinkSync(join(REPOSITORY, "node_modules"), join(dir, "node_modules"));
  cpSync(join(import.meta.dirname, "shop.ts"), join(dir, "shop.ts"));
  write("package.json", module);
  write("Pulumi.yaml", "name: shop\nmain: index.ts\nruntime: { name: nodejs, options: { typescript: false } }\n");
  let files = 0;
  const run = (command: string, args: string[]) => ended(join(home.dir, "bin", command), args, dir, env);
  await run("pulumi", ["stack", "init", "local"]);

  return {
    program: (body) =>
      write(
        "index.ts",
        `import * as pulumi from "@pulumi/pulumi";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { namespace, shop, workload } from "./shop.ts";
namespace.name = ${JSON.stringify(namespace)};
${body}`,
      ),
    pack: (name, rules, exemptions = []) => {
      mkdirSync(join(dir, name));
      const imports = Object.entries({
        servePack: "pack/pack.ts",
        RULES: "rules/index.ts",
        defineRule: "core/rule.ts",
      });
      const lines = imports.map(([what, file]) => `import { ${what} } from ${JSON.stringify(join(PACK, file))};`);
      write(`${name}/package.json`, module);
      write(`${name}/PulumiPolicy.yaml`, "runtime: { name: nodejs, options: { typescript: false } }\n");
      write(
        `${name}/main.js`,
        `${lines.join("\n")}\nservePack(${JSON.stringify(name)}, ${rules}, ${JSON.stringify(exemptions)});\n`,
      );
      return join(dir, name);
    },
    config: (settings) => {
      const path = join(dir, `config-${++files}.json`);
      writeFileSync(path, JSON.stringify(settings));
      return path;
    },
    pulumi: (...args) => run("pulumi", [...args, "--stack", "local", "--non-interactive"]),
    state: async () => (await run("pulumi", ["stack", "export", "--stack", "local"])).text,
    kubectl: (...args) => run("kubectl", args),
    remove: async () => {
      await run("pulumi", ["destroy", "--yes", "--stack", "local", "--non-interactive"]);
      for (const folder of [dir, cacheDir]) rmSync(folder, { recursive: true, force: true });
    },
  };
}

function ended(command: string, args: string[], cwd: string, env: NodeJS.ProcessEnv): Promise<Run> {
  const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => {
      text += chunk;
    });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, text }));
  });
}
