import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it, onTestFinished, vi } from "vitest";
import { commandLine, identify, isRunning } from "./process.ts";
import { eventually, scratch } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

it("knows this process, the same at every look", () => {
  const self = identify(process.pid);
  expect(self?.pid).toBe(process.pid);
  expect(identify(process.pid)).toEqual(self);
  expect(self && isRunning(self)).toBe(true);
});

it("does not take another process with the same pid for it", () => {
  expect(isRunning({ pid: process.pid, start: "another-boot:1" })).toBe(false);
});

it("knows a process by whatever name, and that it ended", async () => {
  const program = join(await scratch(), "a) S 1 (b");
  await copyFile("/bin/sleep", program);
  const child = spawn(program, ["60"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const identity = identify(child.pid ?? 0);
  expect(identity && isRunning(identity)).toBe(true);
  expect(commandLine(child.pid ?? 0)).toEqual([program, "60"]);
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(identity && isRunning(identity)).toBe(false);
});

it("does not count the remains of a process that its parent has not collected", async () => {
  const parent = spawn("sh", ["-c", "sleep 0.01 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
  onTestFinished(() => void parent.kill("SIGKILL"));
  const [line] = (await once(parent.stdout, "data")) as [Buffer];
  const pid = Number(line.toString());
  // `sleep` never waits for the child that it inherited from the shell: it stays a zombie.
  await eventually(() => expect(identify(pid)).toBeUndefined());
  expect(() => process.kill(pid, 0)).not.toThrow();
});

// A shell and Node cannot end their first thread alone; Python can.
const hasPython = spawnSync("python3", ["--version"]).status === 0;
it.skipIf(!hasPython)("counts a killed process until its last thread, and so its last open file, is gone", async () => {
  // Its first thread ends by itself, another goes on: /proc calls that a zombie too.
  const code =
    "import ctypes, threading, time; threading.Thread(target=time.sleep, args=(60,)).start(); ctypes.CDLL(None).pthread_exit(None)";
  const child = spawn("python3", ["-c", code]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  await eventually(() => expect(readFileSync(`/proc/${child.pid}/stat`, "utf8")).toMatch(/\) Z /));
  expect(identify(child.pid ?? 0)).toBeDefined();
  child.kill("SIGKILL");
  await eventually(() => expect(identify(child.pid ?? 0)).toBeUndefined());
});
