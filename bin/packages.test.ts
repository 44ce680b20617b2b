import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { hostname, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, test, vi } from "vitest";
import { packagesProblem, pinnedNode } from "./packages.mjs";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 25_000 });

let root: string;

const file = (path: string, text: string, mode = 0o644) => {
  mkdirSync(join(root, path, ".."), { recursive: true });
  writeFileSync(join(root, path), text, { mode });
};
const packages = (versions: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries(versions).map(([name, version]) => [`node_modules/${name}`, { version }]));

/** Puts packages where npm would, with its own record of them. */
function install(versions: Readonly<Record<string, string>>) {
  for (const name of Object.keys(versions)) file(`node_modules/${name}/package.json`, "{}");
  file("node_modules/node/bin/node", "");
  file("node_modules/.package-lock.json", JSON.stringify({ packages: packages(versions) }));
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "plumbline-packages-test-"));
  file("package-lock.json", JSON.stringify({ packages: { "": {}, ...packages({ node: "24.0.0", zod: "4.0.0" }) } }));
});
afterEach(() => rmSync(root, { recursive: true }));

test("package, lock and documents name the same Node that is needed", () => {
  const text = (path: string) => readFileSync(join(import.meta.dirname, "..", path), "utf8");
  const { engines, dependencies, devDependencies } = JSON.parse(text("package.json"));
  expect(engines).toEqual({ node: ">=18" });
  expect(JSON.parse(text("package-lock.json")).packages[""]).toMatchObject({ engines, dependencies, devDependencies });
  for (const path of ["README.md", "docs/cli.md", "bin/plumbline.mjs"])
    expect(text(path), path).toContain("any Node from 18 on");
  const major = Number.parseInt(devDependencies.node, 10);
  expect(text("README.md")).toContain(`brings the Node ${major} it runs on`);
});

describe("packagesProblem", () => {
  it("finds nothing wrong with what the lock file names", () => {
    install({ node: "24.0.0", zod: "4.0.0" });
    expect(packagesProblem(root)).toBeUndefined();
  });

  it("sees that nothing is installed", () => {
    expect(packagesProblem(root)).toBe("the npm packages are not installed");
  });

  it("sees an installation that was cut off before npm wrote its record", () => {
    install({ node: "24.0.0", zod: "4.0.0" });
    rmSync(join(root, "node_modules/.package-lock.json"));
    expect(packagesProblem(root)).toBe("the npm packages are installed in part");
  });

  it("sees a package whose folder is gone", () => {
    install({ node: "24.0.0", zod: "4.0.0" });
    rmSync(join(root, "node_modules/zod"), { recursive: true });
    expect(packagesProblem(root)).toBe("the npm packages are installed in part");
  });

  it("sees a lock file that has changed since", () => {
    install({ node: "24.0.0", zod: "3.9.0" });
    expect(packagesProblem(root)).toBe("the npm packages have changed");
    install({ node: "24.0.0" });
    expect(packagesProblem(root)).toBe("the npm packages have changed");
  });

  it("does not miss a package that is for another system", () => {
    const lock = {
      packages: { ...packages({ node: "24.0.0" }), "node_modules/other-os": { version: "1.0.0", optional: true } },
    };
    file("package-lock.json", JSON.stringify(lock));
    install({ node: "24.0.0" });
    expect(packagesProblem(root)).toBeUndefined();
  });

  it("sees that the runtime is missing", () => {
    install({ node: "24.0.0", zod: "4.0.0" });
    rmSync(pinnedNode(root));
    expect(packagesProblem(root)).toBe("the Node runtime is missing from the npm packages");
  });
});

describe("packages.mjs", () => {
  /** An npm that installs slowly, writes down each time that it was called, and whether another one was at it. */
  function layNpm(exit: number, seconds = 1) {
    const done = JSON.stringify({ packages: packages({ node: "24.0.0", zod: "4.0.0" }) });
    const make = `mkdir -p node_modules/node/bin node_modules/zod && echo '{}' > node_modules/node/package.json &&
      echo '{}' > node_modules/zod/package.json && touch node_modules/node/bin/node && echo '${done}' > node_modules/.package-lock.json`;
    const body = [
      "echo $$ >> calls",
      // Before a test can see that it is at it, and end it.
      "trap 'kill $!; rmdir at-it; exit 1' INT TERM",
      "mkdir at-it || echo together >> calls",
      `sleep ${seconds} & wait $!`,
      "rmdir at-it",
      `[ ${exit} = 0 ] && ${make}`,
      "echo said by npm",
      `exit ${exit}`,
    ];
    file("tools/npm", `#!/bin/sh\n${body.join("\n")}\n`);
    chmodSync(join(root, "tools/npm"), 0o755);
    for (const name of ["packages.mjs", "install-lock.mjs"])
      cpSync(join(import.meta.dirname, name), join(root, "bin", name));
  }

  const calls = () => readFileSync(join(root, "calls"), "utf8").trim().split("\n");
  const leftovers = () => readdirSync(root).filter((name) => name.startsWith(".packages"));

  interface Run {
    readonly child: ChildProcess;
    readonly ended: Promise<{ code: number | null; signal: NodeJS.Signals | null; stderr: string }>;
  }

  function start(extra: Readonly<Record<string, string>> = {}): Run {
    const { npm_execpath: _, ...own } = process.env;
    const env = { ...own, PATH: [join(root, "tools"), process.env.PATH].join(delimiter), ...extra };
    const child = spawn(process.execPath, [join(root, "bin/packages.mjs")], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    const ended = new Promise<Awaited<Run["ended"]>>((resolve) =>
      child.on("exit", (code, signal) => resolve({ code, signal, stderr })),
    );
    return { child, ended };
  }

  const run = () => start().ended;
  const npmAtWork = () => vi.waitFor(() => expect(existsSync(join(root, "at-it"))).toBe(true), { timeout: 20_000 });

  it("installs once when several run together, and the others wait", async () => {
    layNpm(0);
    const ended = await Promise.all([run(), run(), run()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0]);
    expect(calls()).toHaveLength(1);
    expect(ended.map(({ stderr }) => stderr).join()).toContain("Waiting for another run");
    expect(packagesProblem(root)).toBeUndefined();
    expect(leftovers()).toEqual([]);
  });

  it("shows what npm said when it fails, and what to try", async () => {
    layNpm(1);
    const { code, stderr } = await run();
    expect(code).toBe(4);
    expect(stderr).toContain("said by npm");
    expect(stderr).toContain("npm ci ended with 1");
    expect(leftovers()).toEqual([]);
  });

  it("takes the lock of a killed run over at once: one of those that wait, and the others wait on", async () => {
    layNpm(0);
    const dead = spawnSync(process.execPath, ["-e", ""]).pid;
    file(".packages.lock", JSON.stringify({ pid: dead, host: hostname(), token: "t" }));
    const ended = await Promise.all([run(), run(), run(), run()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 0, 0]);
    expect(calls()).toHaveLength(1);
    expect(leftovers()).toEqual([]);
  });

  it("waits for an npm that has outlived its run", async () => {
    layNpm(0, 2);
    const killed = start();
    await npmAtWork();
    killed.child.kill("SIGKILL");
    await killed.ended;
    const { code } = await run();
    expect(code).toBe(0);
    expect(calls()).toHaveLength(1);
    expect(leftovers()).toEqual([]);
  });

  it.each(["SIGINT", "SIGTERM"] as const)("ends npm with itself by %s, and leaves no lock", async (signal) => {
    layNpm(0, 60);
    const { child, ended } = start();
    await npmAtWork();
    child.kill(signal);
    expect(await ended).toMatchObject({ code: null, signal });
    expect(existsSync(join(root, "at-it"))).toBe(false);
    expect(leftovers()).toEqual([]);
  });

  it("needs no folder that others write to as well", async () => {
    layNpm(0);
    const { code } = await start({ TMPDIR: join(root, "nowhere") }).ended;
    expect(code).toBe(0);
  });
});
