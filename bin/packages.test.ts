import { spawn } from "node:child_process";
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { packagesProblem, pinnedNode } from "./packages.mjs";

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
  /** An npm that installs slowly, and writes down each time that it was called. */
  function layNpm(exit: number) {
    const done = JSON.stringify({ packages: packages({ node: "24.0.0", zod: "4.0.0" }) });
    const make = `mkdir -p node_modules/node/bin node_modules/zod && echo '{}' > node_modules/node/package.json &&
      echo '{}' > node_modules/zod/package.json && touch node_modules/node/bin/node && echo '${done}' > node_modules/.package-lock.json`;
    file(
      "tools/npm",
      `#!/bin/sh\necho called >> calls\nsleep 1\n[ ${exit} = 0 ] && ${make}\necho said by npm\nexit ${exit}\n`,
    );
    chmodSync(join(root, "tools/npm"), 0o755);
    cpSync(join(import.meta.dirname, "packages.mjs"), join(root, "bin/packages.mjs"));
  }

  function run(): Promise<{ code: number | null; stderr: string }> {
    const { npm_execpath: _, ...own } = process.env;
    const env = { ...own, PATH: [join(root, "tools"), process.env.PATH].join(delimiter) };
    const child = spawn(process.execPath, [join(root, "bin/packages.mjs")], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    let stderr = "";
    child.stderr.on("data", (data) => {
      stderr += data;
    });
    return new Promise((resolve) => child.on("close", (code) => resolve({ code, stderr })));
  }

  it("installs once when two run together, and the second waits", async () => {
    layNpm(0);
    const ended = await Promise.all([run(), run()]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(readFileSync(join(root, "calls"), "utf8")).toBe("called\n");
    expect(ended.map(({ stderr }) => stderr).join()).toContain("Waiting for another run");
    expect(packagesProblem(root)).toBeUndefined();
  });

  it("shows what npm said when it fails, and what to try", async () => {
    layNpm(1);
    const { code, stderr } = await run();
    expect(code).toBe(4);
    expect(stderr).toContain("said by npm");
    expect(stderr).toContain("npm ci ended with 1");
  });
});
