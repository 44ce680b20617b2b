import { writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { withLock } from "./lock.ts";
import { scratch } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

/** Called before each hard link: the moment between seeing a dead lock and claiming it. */
let beforeLink = async (_path: string): Promise<void> => {};
vi.mock("node:fs/promises", async (original) => {
  const actual = await original<typeof import("node:fs/promises")>();
  const link: typeof actual.link = async (from, to) => {
    await beforeLink(String(to));
    return actual.link(from, to);
  };
  return { ...actual, link };
});

it("does not replace a lock that another took over after it was seen dead", async () => {
  const path = join(await scratch(), "a.lock");
  const dead = {
    pid: 2 ** 22 - 1,
    start: "x",
    host: hostname(),
    purpose: "dying",
    since: "2026-01-02T03:04:05Z",
    token: "dead",
  };
  await writeFile(path, JSON.stringify(dead));
  const order: string[] = [];
  let finishOther = () => {};
  const untilFinished = new Promise<void>((resolve) => {
    finishOther = resolve;
  });
  let other: Promise<void> | undefined;
  beforeLink = async (to) => {
    if (other !== undefined || !to.includes(".claim-")) return;
    // Just before the first claims the dead lock, another takes it over and is at work.
    await new Promise<void>((isIn) => {
      other = withLock(path, { purpose: "other" }, async () => {
        order.push("other in");
        isIn();
        await untilFinished;
        order.push("other out");
      });
    });
  };
  const onWait = vi.fn(() => finishOther());
  await withLock(path, { purpose: "first", onWait }, async () => void order.push("first in"));
  await other;
  expect(order).toEqual(["other in", "other out", "first in"]);
  expect(onWait).toHaveBeenCalled();
});
