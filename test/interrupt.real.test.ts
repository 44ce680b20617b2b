import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type Checkout, makeCheckout } from "./support/checkout.ts";
import { made, pods } from "./support/shop.ts";

/** How long each run may go before it is interrupted, in seconds: from the first step to late in the deployment. */
const MOMENTS = [0.4, 2, 4, 7, 11, 16];

describe("an up that is cut off", { timeout: 600_000 }, () => {
  let checkout: Checkout;
  beforeEach(async () => {
    checkout = await makeCheckout();
  });
  afterEach(() => checkout?.remove());

  test("by Ctrl-C again and again, goes on at the next up", async () => {
    for (const seconds of MOMENTS) {
      const run = checkout.start(["up"]);
      await Promise.race([sleep(seconds * 1_000), run.ended]);
      try {
        run.interrupt();
      } catch {
        // It was faster than the moment.
      }
      const { code, stdout, stderr } = await run.ended;
      expect([0, 130], stdout + stderr).toContain(code);
    }
    await expectWhole(checkout);
  });

  test("by the death of the cluster in the middle of the deployment, goes on with what was there", async () => {
    const run = checkout.start(["up"]);
    await run.seen(/Deploy.*\d+ of \d+/);
    process.kill(clusterPid(checkout), "SIGKILL");
    const { code } = await run.ended;
    expect(code).not.toBe(0);
    await expectWhole(checkout);
  });

  test("by the death of everything, goes on with what was there", async () => {
    const run = checkout.start(["up"]);
    await run.seen(/Deploy.*[1-9]\d* of \d+/);
    for (const line of checkout.processes()) kill(Number(line.split(" ", 1)[0]));
    await run.ended;
    // A process that was killed takes a moment to be gone, a large one under load takes longer.
    await expect.poll(() => checkout.processes(), { timeout: 30_000 }).toEqual([]);
    await expectWhole(checkout);
  });
});

/** After one more up: everything is ready, and what is in the cluster is what the engine's state knows, once each. */
async function expectWhole(checkout: Checkout): Promise<void> {
  const { code, stdout, stderr } = await checkout.plumbline("up");
  expect(code, stdout + stderr).toBe(0);
  expect(pods(checkout).filter(({ ready }) => !ready)).toEqual([]);
  expect(made(checkout).filter((object) => !checkout.state().includes(object))).toEqual([]);
  const again = await checkout.plumbline("up");
  expect(again.code, again.stdout + again.stderr).toBe(0);
  expect(again.stdout + again.stderr).toMatch(/no(thing| change)/i);
}

function clusterPid(checkout: Checkout): number {
  const line = checkout.processes().find((process) => process.includes("plumbline-cluster run"));
  if (!line) throw new Error("no cluster runs");
  return Number(line.split(" ", 1)[0]);
}

function kill(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It was gone already.
  }
}
