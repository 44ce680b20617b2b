import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { command, killRecorded } from "./command.ts";
import { identify } from "./process.ts";
import { eventually, scratch } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

it("gives the exit code, the output and the last lines, and keeps a log", async () => {
  const logFile = join(await scratch(), "a.log");
  const lines: string[] = [];
  const script = "for i in $(seq 30); do echo line $i; done; echo broken >&2; exit 3";
  const result = await command("sh", ["-c", script], { logFile, onLine: (line) => lines.push(line) });
  expect(result.code).toBe(3);
  expect(result.stdout.split("\n")).toHaveLength(30);
  expect(result.tail).toHaveLength(20);
  expect(result.tail).toContain("broken");
  expect(lines).toHaveLength(31);
  expect((await readFile(logFile, "utf8")).split("\n")).toHaveLength(32);
});

it("rejects for a program that is not there", async () => {
  await expect(command("/nowhere/at/all", [])).rejects.toThrow("ENOENT");
});

it("ends the whole process group when aborted", async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const running = command("sh", ["-c", "sh -c 'echo $$ >&2; exec sleep 60' | sh -c 'echo $$ >&2; exec sleep 60'"], {
    signal: abort.signal,
    onLine: (line) => pids.push(Number(line)),
  });
  await eventually(() => expect(pids).toHaveLength(2));
  abort.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  await eventually(() => expect(pids.map((pid) => identify(pid))).toEqual([undefined, undefined]));
});

it("kills a process that does not heed the interrupt", async () => {
  const abort = new AbortController();
  const pids: number[] = [];
  const running = command("sh", ["-c", "trap '' INT; echo $$; while :; do sleep 0.1; done"], {
    signal: abort.signal,
    onLine: (line) => pids.push(Number(line)),
  });
  await eventually(() => expect(pids).toHaveLength(1));
  abort.abort(new Error("enough"));
  await expect(running).rejects.toThrow("enough");
  expect(identify(pids[0] ?? 0)).toBeUndefined();
}, 20_000);

it("does not start anything when already aborted", async () => {
  const file = join(await scratch(), "touched");
  await expect(command("touch", [file], { signal: AbortSignal.abort(new Error("before")) })).rejects.toThrow("before");
  await expect(readFile(file)).rejects.toThrow("ENOENT");
});

it("leaves word of its process while it runs, so that a later run can end it", async () => {
  const identityFile = join(await scratch(), "maker.json");
  const running = command("sh", ["-c", "sleep 60 | sleep 60"], { identityFile });
  await eventually(() => stat(identityFile));
  const pid = killRecorded(identityFile);
  expect(pid).toBeGreaterThan(0);
  expect((await running).code).toBeUndefined();
  await expect(stat(identityFile)).rejects.toThrow("ENOENT");
  expect(killRecorded(identityFile)).toBeUndefined();
});
