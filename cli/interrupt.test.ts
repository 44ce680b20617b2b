import { describe, expect, it } from "vitest";
import { Interrupted } from "./failure.ts";
import { Interrupt } from "./interrupt.ts";

function pressed(...times: readonly number[]) {
  const interrupt = new Interrupt();
  for (const time of times) interrupt.press(time);
  return [interrupt.asked.aborted, interrupt.insisted.aborted];
}

describe("Interrupt", () => {
  it("asks at the first signal and insists at the second", () => {
    expect(pressed()).toEqual([false, false]);
    expect(pressed(0)).toEqual([true, false]);
    expect(pressed(0, 2_000)).toEqual([true, true]);
  });

  it("takes signals that come together for one key press: every process of the terminal gets it, and passes it on", () => {
    expect(pressed(0, 3, 20, 300)).toEqual([true, false]);
    expect(pressed(0, 3, 2_000)).toEqual([true, true]);
  });

  it("hears a person who presses again and again", () => {
    expect(pressed(0, 350, 700)).toEqual([true, true]);
  });

  it("gives the interruption as the reason", () => {
    const interrupt = new Interrupt();
    interrupt.press(0);
    expect(interrupt.asked.reason).toBeInstanceOf(Interrupted);
    expect(interrupt.asked.reason.exitCode).toBe(130);
  });

  it("hears this process's signals until it is told not to", async () => {
    const interrupt = new Interrupt();
    const deaf = interrupt.listen();
    const heard = new Promise((resolve) => interrupt.asked.addEventListener("abort", resolve, { once: true }));
    process.kill(process.pid, "SIGHUP");
    await heard;
    deaf();
    expect(process.listenerCount("SIGHUP")).toBe(0);
  });
});
