import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { program, throwing } from "./program.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

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
  return plumblineIn(cache, ...args);
}

function plumblineIn(cacheDir: string, ...args: readonly string[]): Promise<Ended> {
  const { PULUMI_BACKEND_URL: _, ...own } = process.env;
  const env = { ...own, PLUMBLINE_CACHE: cacheDir, NO_COLOR: "1" };
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
    for (const command of ["up", "preview", "down", "status", "doctor", "cluster", "fault", "images"])
      expect(stdout).toContain(command);
  });

  it.each([
    [["fly"]],
    [["up", "--fast"]],
    [["up", "local", "staging"]],
    [["cluster", "explode"]],
    [["cluster", "stop", "--nodes", "real"]],
  ])("refuses %j as wrong usage", async (args) => {
    const { code, stderr } = await plumbline(...args);
    expect(code).toBe(2);
    expect(stderr).toContain("error:");
  });

  it.each([
    [["up", "a/b", "--json"], "up", /'a\/b' is invalid/],
    [["cluster", "reset", "--json", "--bogus"], "cluster reset", /^unknown option '--bogus'/],
    [["fly", "--json"], null, /^unknown option '--json'|^unknown command 'fly'/],
    [["cluster", "--json"], "cluster", /^unknown option '--json'/],
    [["cluster", "start", "--json", "--nodes", "fast"], "cluster start", /Allowed choices are simulated, real, both/],
    [["images", "lock", "--json", "--registry-mirror", "quay.io"], "images lock", /such as docker\.io=https:/],
    [["cluster", "start", "--json", "--zones", "0"], "cluster start", /a whole number from 1 on/],
  ])("answers a machine with one document when it refuses %j", async (args, command, message) => {
    const { code, stdout } = await plumbline(...args);
    const document = JSON.parse(stdout);
    expect(code).toBe(2);
    expect(document).toMatchObject({ plumbline: 1, command, environment: null, exitCode: 2, logFile: null, steps: [] });
    expect(document.error.message).toMatch(message);
    expect(document.error.fix).toContain("--help");
  });

  it("refuses an environment that does not exist, naming those that do, and touches nothing", async () => {
    const { code, stderr } = await plumbline("up", "stagin");
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean staging?");
    expect(stderr).toContain("local");
    expect(readdirSync(cache)).toEqual(["logs"]);
  });

  it.each([
    [["--nodes", "real", "--zones", "4"], /--zones 4 was given; allowed: 1 to 3.*local-a, local-b, local-c/],
    [["--zones", "2"], /--zones 2 was given, and the nodes are simulated/],
  ])("refuses to start a cluster with %j, and touches nothing", async (args, message) => {
    const { code, stderr } = await plumbline("cluster", "start", ...args);
    expect(code).toBe(2);
    expect(stderr.replaceAll(/\s+/g, " ")).toMatch(message);
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

  it.each([
    [["status", "--json"], 1],
    [["status"], 1],
    [["up", "a/b", "--json"], 2],
  ])("%j does not pass for done when its answer could not be written", async (args, expected) => {
    const env = { ...process.env, PLUMBLINE_CACHE: cache };
    const child = spawn("/bin/sh", ["-c", 'exec "$@" > /dev/full', "sh", process.execPath, LAUNCHER, ...args], {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const [stderr, [code]] = await Promise.all([text(child.stderr), once(child, "exit")]);
    expect(code).toBe(expected);
    expect(stderr).toContain("could not be written to standard output: ENOSPC");
  });

  it("takes no offence when its reader goes away", async () => {
    const env = { ...process.env, PLUMBLINE_CACHE: cache };
    const child = spawn(process.execPath, [LAUNCHER, "status", "--json"], { env, stdio: ["ignore", "pipe", "ignore"] });
    child.stdout.destroy();
    expect((await once(child, "exit"))[0]).toBe(0);
  });

  describe("with a cache that cannot be used", () => {
    let file: string;
    beforeAll(() => {
      file = join(cache, "a-file");
      writeFileSync(file, "");
    });

    it("doctor says so, and how to have another", async () => {
      const { code, stdout, stderr } = await plumblineIn(file, "doctor", "--json");
      const document = JSON.parse(stdout);
      const found = document.diagnoses.find(
        ({ requirement }: { requirement: string }) => requirement === "cache folder",
      );
      expect(code, stderr).toBe(4);
      expect(document.logFile).toBeNull();
      expect(found).toMatchObject({ state: "missing", found: `${file} is no folder` });
      expect(found.fix).toContain("PLUMBLINE_CACHE");
    });

    it.each(["down", "cluster start"])("%s says so, and what to do", async (command) => {
      const { code, stdout, stderr } = await plumblineIn(file, ...command.split(" "), "--json");
      const document = JSON.parse(stdout);
      expect(code).toBe(command === "down" ? 1 : 4);
      expect(document).toMatchObject({ exitCode: code, logFile: null });
      expect(document.error.message + document.error.fix).toMatch(
        /The cache folder \S+a-file cannot be.*export PLUMBLINE_CACHE=/s,
      );
      expect(stderr).not.toContain("    at ");
    });

    it.each(["status", "cluster status"])("%s finds nothing there", async (command) => {
      const { code, stdout } = await plumblineIn(file, ...command.split(" "), "--json");
      expect(code).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ logFile: null, cluster: { phase: "absent" } });
    });
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

  it.each(["start", "stop", "status", "reset"])(
    "cluster %s names what is wrong with an environment that has none",
    async (command) => {
      const { code, stderr } = await plumbline("cluster", command, "staging");
      expect(code).toBe(2);
      expect(stderr).toContain("cluster.provider: kubeconfig");
    },
  );

  it.each(["stop", "reset"])("cluster %s refuses an environment that does not exist", async (command) => {
    const { code, stderr } = await plumbline("cluster", command, "lcoal");
    expect(code).toBe(2);
    expect(stderr).toContain("did you mean local?");
  });

  it.each(["stop", "reset"])("cluster %s says that nothing stood", async (command) => {
    const { code, stdout } = await plumbline("cluster", command);
    expect(code).toBe(0);
    expect(stdout).toContain("Cluster: nothing stood");
  });

  it("cluster reset removes what is left of a cluster whose environment is gone", async () => {
    const left = join(cache, "clusters", "gone");
    mkdirSync(left, { recursive: true });
    writeFileSync(join(left, "cluster.json"), "{}");
    const { code, stdout } = await plumbline("cluster", "reset", "gone");
    expect(code).toBe(0);
    expect(stdout).toContain("stopped, and its data removed");
    expect(existsSync(left)).toBe(false);
  });
});

describe("program", () => {
  it.each(["up", "preview", "down", "status", "cluster start", "cluster stop", "cluster status", "cluster reset"])(
    "%s refuses a name that is no DNS label before it does anything",
    async (command) => {
      const told = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      const root = program(() => expect.unreachable("it ran"));
      const refused: string[] = [];
      throwing(root, (by) => refused.push(by));
      for (const name of ["../up", "a/b", "A", "-x", "", "a".repeat(64)])
        await expect(root.parseAsync([...command.split(" "), "--", name], { from: "user" })).rejects.toMatchObject({
          code: "commander.invalidArgument",
        });
      expect(told.mock.calls.flat().join("")).toContain("Allowed: lower-case letters, digits and hyphens");
      expect(new Set(refused)).toEqual(new Set([command]));
      told.mockRestore();
    },
  );
});
