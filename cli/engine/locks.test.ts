import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { clearDeadLocks, stateLocks } from "./locks.ts";

let dir: string;
let locks: string;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "plumbline-locks-"));
  locks = join(dir, ".pulumi/locks/organization/plumbline/local");
  mkdirSync(locks, { recursive: true });
});
afterEach(() => rmSync(dir, { recursive: true }));

/** A lock as engine 3.259 writes it into a folder. */
function lay(name: string, pid: number, host = hostname()) {
  writeFileSync(
    join(locks, `${name}.json`),
    JSON.stringify({ pid, username: "me", hostname: host, timestamp: "2026-11-23T18:00:00Z" }),
  );
  writeFileSync(join(locks, `${name}.json.attrs`), "{}");
}

/** Number of a process that has ended. */
async function endedProcess(): Promise<number> {
  const child = spawn(process.execPath, ["-e", ""]);
  await once(child, "exit");
  return child.pid ?? 0;
}

const held = async () => (await clearDeadLocks(await stateLocks(dir, "plumbline", "local"))).map(({ pid }) => pid);

describe("locks of the state", () => {
  it("are none where nothing was ever locked", async () => {
    expect(await stateLocks(join(dir, "nowhere"), "plumbline", "local")).toEqual([]);
  });

  it("of a dead engine are removed, with what lies beside them", async () => {
    lay("a", await endedProcess());
    expect(await held()).toEqual([]);
    expect(readdirSync(locks)).toEqual([]);
  });

  it("whose number belongs to another program by now are removed too", async () => {
    lay("a", process.pid);
    expect(await held()).toEqual([]);
  });

  it("of a living engine stay", async () => {
    const engine = join(dir, "pulumi");
    symlinkSync(process.execPath, engine);
    const child = spawn(engine, ["-e", "setInterval(() => {}, 1000)"]);
    await once(child, "spawn");
    lay("a", child.pid ?? 0);
    expect(await held()).toEqual([child.pid]);
    child.kill();
    await once(child, "exit");
    expect(await held()).toEqual([]);
  });

  it("from another machine stay: nobody here can know whether their owner lives", async () => {
    lay("a", await endedProcess(), "elsewhere");
    expect(await held()).toHaveLength(1);
  });

  it("that cannot be read are left alone", async () => {
    writeFileSync(join(locks, "half.json"), "{");
    expect(await held()).toEqual([]);
    expect(readdirSync(locks)).toEqual(["half.json"]);
  });
});
