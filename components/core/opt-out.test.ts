import { expect, test } from "vitest";
import { isOptOut, optOut, optOutAnnotations } from "./opt-out.ts";

test("the reason lands as an annotation, for what was stepped down from only", () => {
  const choices = { probes: optOut("answers no HTTP, see its own watchdog"), metrics: undefined, spread: 3 };
  expect(optOutAnnotations(choices)).toEqual({
    "plumbline.dev/opt-out.probes": "answers no HTTP, see its own watchdog",
  });
});

test("an opt-out without a reason is refused", () => {
  expect(() => optOut("n/a")).toThrow(/needs a reason of at least ten characters; "n\/a" was given/);
  expect(() => optOut("          ")).toThrow(/at least ten characters/);
  expect(isOptOut(false)).toBe(false);
});
