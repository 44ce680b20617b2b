import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const LAUNCHER = join(import.meta.dirname, "../bin/plumbline.mjs");
let cache: string;

beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), "plumbline-cli-"));
});
afterAll(() => rmSync(cache, { recursive: true }));

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line as a person does, with a cache of its own and no state of the person's. */
function plumbline(...args: readonly string[]): Promise<Ended> {
  const { PULUMI_BACKEND_URL: _, ...own } = process.env;
  const env = { ...own, PLUMBLINE_CACHE: cache, NO_COLOR: "1" };
  return new Promise((resolve) => {
    execFile(process.execPath, [LAUNCHER, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: Number(error?.code ?? 0), stdout, stderr }),
    );
  });
}

describe("plumbline", () => {
  it("explains itself", async () => {
    const { code, stdout } = await plumbline("--help");
    expect(code).toBe(0);
    for (const command of ["up", "preview", "down", "status", "doctor", "cluster"]) expect(stdout).toContain(command);
  });

  it.each([[["fly"]], [["up", "--fast"]], [["up", "local", "staging"]], [["cluster", "explode"]]])(
    "refuses %j as wrong usage",
    async (args) => {
      const { code, stderr } = await plumbline(...args);
      expect(code).toBe(2);
      expect(stderr).toContain("error:");
    },
  );

  it("refuses an environment that does not exist, naming those that do, and touches nothing", async () => {
    const { code, stderr } = await plumbline("up", "stagin");
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean staging?");
    expect(stderr).toContain("local");
    expect(readdirSync(cache)).toEqual(["logs"]);
  });

  it("asks where the state is kept before it deploys anything that is no rehearsal", async () => {
    const { code, stderr } = await plumbline("up", "staging");
    expect(code).toBe(2);
    expect(stderr).toContain("PULUMI_BACKEND_URL");
    expect(readdirSync(cache)).toEqual(["logs"]);
  });

  it("answers a machine with one document on standard output, also when it fails", async () => {
    const { code, stdout, stderr } = await plumbline("up", "stagin", "--json");
    const document = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(document).toMatchObject({ plumbline: 1, command: "up", environment: "stagin", exitCode: 2 });
    expect(document.error.message).toContain("staging");
    expect(document.steps).toEqual([expect.objectContaining({ name: "Configuration", state: "failed" })]);
    expect(readFileSync(document.logFile, "utf8")).toContain("exit code 2");
    expect(stderr).toContain("Configuration failed");
  });

  it("has nothing to take down where nothing stands", async () => {
    const { code, stdout } = await plumbline("down");
    expect(code).toBe(0);
    expect(stdout).toContain("nothing stood");
  });

  it("says that nothing stands", async () => {
    const { code, stdout } = await plumbline("status", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ cluster: { phase: "absent" }, inventory: null, workloads: null });
  });

  it("names the environments that have a rehearsal cluster when asked for another's", async () => {
    const { code, stderr } = await plumbline("cluster", "start", "staging");
    expect(code).toBe(2);
    expect(stderr).toContain("cluster.provider: kubeconfig");
  });
});
