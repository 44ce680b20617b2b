import { readdir, readFile, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { describeHolder, type LockHolder, withLock } from "./lock.ts";
import { identify } from "./process.ts";
import { eventually, runNode, scratch } from "./testing/scratch.ts";

// Processes start slowly where everything is busy.
vi.setConfig({ testTimeout: 60_000 });

const LOCK_MODULE = join(import.meta.dirname, "lock.ts");

/** A lock as the process that runs this would have written it. */
function holder(changes: Partial<LockHolder> = {}): LockHolder {
  const self = identify(process.pid);
  if (!self) throw new Error("no identity");
  return { ...self, host: hostname(), purpose: "testing", since: "2026-01-02T03:04:05Z", token: "t-1", ...changes };
}

describe("a lock", () => {
  it("lets work run one after another within a process and is gone afterwards", async () => {
    const path = join(await scratch(), "deep", "a.lock");
    const order: string[] = [];
    const work = (name: string) =>
      withLock(path, { purpose: name }, async () => {
        order.push(`${name} in`);
        await sleep(20);
        order.push(`${name} out`);
      });
    await Promise.all([work("a"), work("b")]);
    expect(order.map((step) => step.split(" ")[1])).toEqual(["in", "out", "in", "out"]);
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("gives what the work gives, and lets go when the work fails", async () => {
    const path = join(await scratch(), "a.lock");
    await expect(withLock(path, { purpose: "failing" }, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    await expect(withLock(path, { purpose: "going" }, async () => 42)).resolves.toBe(42);
  });

  it("says whom it waits for", async () => {
    const path = join(await scratch(), "a.lock");
    await writeFile(path, JSON.stringify(holder({ purpose: "building pulumi" })));
    const onWait = vi.fn();
    const abort = new AbortController();
    const waiting = withLock(path, { purpose: "waiting", onWait, signal: abort.signal }, async () => "never");
    await eventually(() => expect(onWait).toHaveBeenCalled());
    expect(describeHolder(onWait.mock.calls[0]?.[0])).toMatch(
      new RegExp(`^process ${process.pid} \\(building pulumi since \\d\\d:\\d\\d:\\d\\d\\)$`),
    );
    abort.abort(new Error("enough"));
    await expect(waiting).rejects.toThrow("enough");
    expect(await readFile(path, "utf8")).toContain("building pulumi");
  });

  it.each([
    ["of a process that has ended", JSON.stringify(holder({ pid: 2 ** 22 - 1 }))],
    ["of a process whose pid is used again", JSON.stringify(holder({ start: "another-boot:1" }))],
    ["that a power failure cut short", '{"pid": 12'],
    ["that is empty", ""],
  ])("is taken over from one %s", async (_, content) => {
    const path = join(await scratch(), "a.lock");
    await writeFile(path, content);
    await expect(withLock(path, { purpose: "going" }, async () => readdir(join(path, "..")))).resolves.toEqual([
      "a.lock",
    ]);
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("is taken over even if the one that was taking it over died too", async () => {
    const path = join(await scratch(), "a.lock");
    await writeFile(path, JSON.stringify(holder({ pid: 2 ** 22 - 1, token: "first" })));
    await writeFile(`${path}.claim-first`, JSON.stringify(holder({ pid: 2 ** 22 - 1, token: "second" })));
    await expect(withLock(path, { purpose: "going" }, async () => "in")).resolves.toBe("in");
    expect(await readdir(join(path, ".."))).toEqual([]);
  });

  it("of another machine holds while it is touched, and ends a minute after", async () => {
    const path = join(await scratch(), "a.lock");
    await writeFile(path, JSON.stringify(holder({ host: "elsewhere", pid: 1 })));
    const onWait = vi.fn();
    const going = withLock(path, { purpose: "going", onWait }, async () => "in");
    await eventually(() => expect(onWait).toHaveBeenCalled());
    expect(describeHolder(onWait.mock.calls[0]?.[0])).toContain("process 1 on elsewhere");
    const longAgo = new Date(Date.now() - 61_000);
    await utimes(path, longAgo, longAgo);
    await expect(going).resolves.toBe("in");
  });

  it("keeps processes apart that all find the same dead lock", async () => {
    const dir = await scratch();
    const path = join(dir, "a.lock");
    await writeFile(path, JSON.stringify(holder({ pid: 2 ** 22 - 1 })));
    const code = `
      import { writeFile, rm } from "node:fs/promises";
      import { withLock } from ${JSON.stringify(LOCK_MODULE)};
      await withLock(${JSON.stringify(path)}, { purpose: "racing" }, async () => {
        await writeFile(${JSON.stringify(join(dir, "inside"))}, "", { flag: "wx" });
        await new Promise((resolve) => setTimeout(resolve, 30));
        await rm(${JSON.stringify(join(dir, "inside"))});
      });`;
    const runs = Array.from({ length: 4 }, () => runNode(code));
    expect(await Promise.all(runs.map(({ ended }) => ended)), runs.map((run) => run.output()).join()).toEqual([
      0, 0, 0, 0,
    ]);
    expect(await readdir(dir)).toEqual([]);
  });

  it("lets one in at a time, however many find it dead at the same moment", async () => {
    const path = join(await scratch(), "a.lock");
    let inside = 0;
    const work = () =>
      withLock(path, { purpose: "racing" }, async () => {
        expect(++inside).toBe(1);
        await sleep(1);
        inside--;
      });
    for (let round = 0; round < 10; round++) {
      await writeFile(path, JSON.stringify(holder({ pid: 2 ** 22 - 1, token: `dead-${round}` })));
      // Starts one after another, so that some look while the first is between its claim and its lock.
      await Promise.all(Array.from({ length: 8 }, (_, i) => sleep(i / 4).then(work)));
    }
  }, 30_000);

  it("of a killed process goes to the next at once", async () => {
    const path = join(await scratch(), "a.lock");
    const code = `
      import { withLock } from ${JSON.stringify(LOCK_MODULE)};
      await withLock(${JSON.stringify(path)}, { purpose: "hanging" }, () => new Promise((resolve) => setTimeout(resolve, 60_000)));`;
    const { child, ended } = runNode(code);
    await eventually(() => stat(path));
    child.kill("SIGKILL");
    await ended;
    await expect(withLock(path, { purpose: "going" }, async () => "in")).resolves.toBe("in");
  });
});
