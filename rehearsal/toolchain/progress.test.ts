import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { follow, type Progress } from "./progress.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("says each moment of a task with its elapsed time, repeats the last one every second, and ends with done", async () => {
  const seen: Progress[] = [];
  const count = { done: 3, total: 9, unit: "packages" };
  const working = follow("pulumi", { report: (progress) => seen.push(progress), logFile: "/log" }, async (say) => {
    say("waiting for process 1", { waiting: true });
    await vi.advanceTimersByTimeAsync(2_500);
    say("compiling a", { count });
    return "made";
  });
  await expect(working).resolves.toBe("made");
  expect(seen.map(({ state, message }) => `${state}: ${message}`)).toEqual([
    "waiting: waiting for process 1",
    "waiting: waiting for process 1",
    "waiting: waiting for process 1",
    "running: compiling a",
    "done: compiling a",
  ]);
  expect(seen.map(({ elapsedMs }) => elapsedMs)).toEqual([0, 1_000, 2_000, 2_500, 2_500]);
  expect(seen[3]).toEqual({
    task: "pulumi",
    state: "running",
    message: "compiling a",
    elapsedMs: 2_500,
    count,
    logFile: "/log",
  });
  await vi.advanceTimersByTimeAsync(5_000);
  expect(seen).toHaveLength(5);
});

it("ends with failed and the first line of the reason, which is thrown on", async () => {
  const seen: Progress[] = [];
  const working = follow("pulumi", { report: (progress) => seen.push(progress) }, () =>
    Promise.reject(new Error("no compiler\nInstall one.")),
  );
  await expect(working).rejects.toThrow("Install one.");
  expect(seen).toEqual([{ task: "pulumi", state: "failed", message: "no compiler", elapsedMs: 0 }]);
});

it("needs no one who listens", async () => {
  await expect(follow("pulumi", {}, async (say) => say("compiling"))).resolves.toBeUndefined();
});
