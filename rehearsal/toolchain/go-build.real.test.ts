import { execFileSync } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdir, readFile, stat, truncate } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { type GoTool, goTool } from "./go-build.ts";
import type { Progress } from "./progress.ts";
import { runNode, scratch, writeFiles, writeProgram } from "./testing/scratch.ts";

const BUILD_MODULE = join(import.meta.dirname, "go-build.ts");
const HELLO = 'package main\n\nfunc main() { println("hello") }\n';
/** The runtime alone takes some seconds to compile where it was never compiled with these flags. */
const SLOW = 180_000;

/** A small Go module, and the folder to build it into. */
async function fixture(main = HELLO): Promise<{ tool: GoTool; toolsDir: string }> {
  const dir = await scratch();
  const moduleDir = join(dir, "module");
  await writeFiles(moduleDir, { "go.mod": "module example.com/hello\n\ngo 1.26\n", "main.go": main });
  const tool = { name: "hello", version: "1.0.0", moduleDir, package: ".", ldflags: [], smoke: [], links: ["greet"] };
  return { tool, toolsDir: join(dir, "tools") };
}

async function left(toolsDir: string): Promise<string[]> {
  return (await readdir(toolsDir)).filter((name) => name !== "log");
}

describe("a Go tool", { timeout: SLOW }, () => {
  it("is built once, with progress, and serves by its other name too", async () => {
    const { tool, toolsDir } = await fixture();
    const seen: Progress[] = [];
    const dir = await goTool(tool, { toolsDir, report: (progress) => seen.push(progress) });
    expect(await left(toolsDir)).toEqual([dir.slice(toolsDir.length + 1)]);
    for (const name of ["hello", "greet"])
      expect(execFileSync("sh", ["-c", `${join(dir, name)} 2>&1`]).toString()).toBe("hello\n");
    const counted = seen.flatMap(({ count }) => count ?? []);
    expect(counted.at(-1)?.done).toBe(counted.at(-1)?.total);
    expect(counted.map(({ done }) => done)).toEqual(
      counted.map((_, i) => counted[i]?.done).sort((a = 0, b = 0) => a - b),
    );
    expect(seen.at(-1)).toMatchObject({ task: "hello", state: "done", logFile: join(toolsDir, "log", "hello.log") });

    const { mtimeMs } = await stat(join(dir, "hello"));
    expect(await goTool(tool, { toolsDir })).toBe(dir);
    expect((await stat(join(dir, "hello"))).mtimeMs).toBe(mtimeMs);
  });

  it("is built anew for other sources and other linker flags, and when damaged", async () => {
    const { tool, toolsDir } = await fixture();
    const first = await goTool(tool, { toolsDir });
    await truncate(join(first, "hello"), 1_000);
    expect(await goTool(tool, { toolsDir })).toBe(first);
    expect((await stat(join(first, "hello"))).size).toBeGreaterThan(100_000);
    const second = await goTool({ ...tool, ldflags: ["-X", "main.x=y"] }, { toolsDir });
    await writeFiles(tool.moduleDir, { "main.go": HELLO.replace("hello", "bye") });
    expect(new Set([first, second, await goTool(tool, { toolsDir })]).size).toBe(3);
  });

  it("is built by one of two runs that start together; the other says whom it waits for and takes it", async () => {
    const { tool, toolsDir } = await fixture();
    const code = `
      import { goTool } from ${JSON.stringify(BUILD_MODULE)};
      const report = ({ state, message }) => console.log(state, message);
      console.log("dir " + (await goTool(${JSON.stringify(tool)}, { toolsDir: ${JSON.stringify(toolsDir)}, report })));`;
    const runs = [runNode(code), runNode(code)];
    expect(await Promise.all(runs.map(({ ended }) => ended))).toEqual([0, 0]);
    const outputs = runs.map((run) => run.output());
    expect(new Set(outputs.map((output) => /^dir (.+)$/m.exec(output)?.[1])).size).toBe(1);
    const [waiting, building] = outputs[0]?.includes("looking which packages") ? [1, 0] : [0, 1];
    expect(outputs[waiting]).toContain(`waiting waiting for process ${runs[building]?.child.pid} (making hello since`);
    expect(outputs[waiting]).not.toContain("compiling");
  });

  it.each([
    ["looking for packages", (progress: Progress) => progress.message.startsWith("looking")],
    ["compiling", (progress: Progress) => progress.count !== undefined],
  ])("interrupted while %s, leaves nothing half done and builds the next time", async (_, isMoment) => {
    // Never compiled before, here or elsewhere: else Go has it in its build cache and compiles nothing.
    const { tool, toolsDir } = await fixture(HELLO.replace("hello", randomUUID()));
    const abort = new AbortController();
    const report = vi.fn((progress: Progress) => isMoment(progress) && abort.abort(new Error("Ctrl-C")));
    await expect(goTool(tool, { toolsDir, report, signal: abort.signal })).rejects.toThrow("Ctrl-C");
    expect(report.mock.calls.at(-1)?.[0]).toMatchObject({ state: "failed", message: "Ctrl-C" });
    expect(await left(toolsDir)).toEqual([]);
    expect(await goTool(tool, { toolsDir })).toContain("hello-");
  });

  it("killed in the middle, is taken up by the next run, which clears what was left", async () => {
    const { tool, toolsDir } = await fixture();
    const code = `
      import { goTool } from ${JSON.stringify(BUILD_MODULE)};
      const report = ({ message }) => message.startsWith("looking") && process.kill(process.pid, "SIGKILL");
      await goTool(${JSON.stringify(tool)}, { toolsDir: ${JSON.stringify(toolsDir)}, report });`;
    expect(await runNode(code).ended).toBeNull();
    expect((await left(toolsDir)).sort()).toEqual([expect.stringMatching(/^\.stage-/), "tools.lock"]);
    const dir = await goTool(tool, { toolsDir });
    expect(await left(toolsDir)).toEqual([dir.slice(toolsDir.length + 1)]);
  });

  it("that does not compile is refused with Go's own words and the log", async () => {
    const { tool, toolsDir } = await fixture("package main\n\nfunc main() { nonsense }\n");
    await expect(goTool(tool, { toolsDir })).rejects.toThrow(
      /hello 1\.0\.0 does not build[\s\S]*undefined: nonsense[\s\S]*whole output is in .*hello\.log/,
    );
    expect(await readFile(join(toolsDir, "log", "hello.log"), "utf8")).toContain("undefined: nonsense");
    expect(await left(toolsDir)).toEqual([]);
  });

  it("that builds and does not run is refused", async () => {
    const { tool, toolsDir } = await fixture('package main\n\nfunc main() { panic("not today") }\n');
    await expect(goTool(tool, { toolsDir })).rejects.toThrow(/does not run[\s\S]*not today/);
    expect(await left(toolsDir)).toEqual([]);
  });

  it("serves on from the cache when Go is gone, and without either says what to install", async () => {
    const { tool, toolsDir } = await fixture();
    const bin = await scratch();
    const oldGo = await writeProgram(join(bin, "go"), "echo go1.19.8");
    const env = { PATH: bin };
    const options = { toolsDir, env, usualFolders: [] };
    await expect(goTool(tool, options)).rejects.toThrow(`found go1.19.8 at ${oldGo}`);
    const dir = await goTool(tool, { toolsDir });
    expect(await goTool(tool, options)).toBe(dir);
  });
});
