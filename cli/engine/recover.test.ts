import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { identify, type ProcessIdentity } from "../../rehearsal/toolchain/process.ts";
import { Interrupt } from "../interrupt.ts";
import { ownerEnvironment } from "./owner.ts";
import { clearTheWay } from "./recover.ts";

let dir: string;
let started: ChildProcess[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-recover-"));
  started = [];
});
afterEach(() => {
  for (const process of started) process.kill("SIGKILL");
  rmSync(dir, { recursive: true });
});

/** A process that is named as the engine is, and holds the lock on a stack's state. */
async function engine(env: NodeJS.ProcessEnv): Promise<{ process: ChildProcess; lock: string }> {
  const program = join(dir, "pulumi");
  copyFileSync("/bin/sleep", program);
  const process = spawn(program, ["60"], { env, stdio: "ignore" });
  started.push(process);
  await once(process, "spawn");
  const locks = join(dir, ".pulumi", "locks", "organization", "plumbline", "local");
  mkdirSync(locks, { recursive: true });
  const lock = join(locks, "a.json");
  writeFileSync(lock, JSON.stringify({ pid: process.pid, hostname: hostname() }));
  return { process, lock };
}

const clear = (patienceMs = 300) =>
  clearTheWay("local", {
    project: "plumbline",
    backend: `file://${dir}`,
    home: dir,
    stateOnly: new Set(),
    interrupt: new Interrupt(),
    tell: () => {},
    patienceMs,
  });

/** A process that was, and is no more. */
async function dead(): Promise<ProcessIdentity> {
  const process = spawn("/bin/sleep", ["60"]);
  await once(process, "spawn");
  const identity = identify(process.pid ?? 0);
  process.kill("SIGKILL");
  await once(process, "exit");
  if (!identity) throw new Error("it was gone at once");
  return identity;
}

describe.skipIf(process.platform !== "linux")("an engine that holds the lock", () => {
  it("is ended if its command line has died", async () => {
    const [variable = ""] = Object.keys(ownerEnvironment());
    const { process, lock } = await engine({ [variable]: JSON.stringify(await dead()) });
    const exit = once(process, "exit");
    expect(await clear()).toEqual([expect.stringContaining("cut off")]);
    await exit;
    expect(existsSync(lock)).toBe(false);
  });

  it("is waited for while it ends", async () => {
    const { process, lock } = await engine({});
    setTimeout(() => process.kill(), 300);
    expect(await clear(10_000)).toHaveLength(1);
    expect(existsSync(lock)).toBe(false);
  });

  it.each([
    ["a person's own", {}],
    ["one of a run that is alive", ownerEnvironment()],
  ])("is left alone if it is %s, and this run is refused", async (_, env) => {
    const { process, lock } = await engine(env);
    await expect(clear()).rejects.toThrow(`locked by process ${process.pid}`);
    expect(process.exitCode).toBeNull();
    expect(process.signalCode).toBeNull();
    expect(existsSync(lock)).toBe(true);
  });
});
