import { expect, test } from "vitest";
import type { Violation } from "../engine/progress.ts";
import { warned } from "./engine-news.ts";

test("the rules' warnings are counted, not what stops the run", () => {
  const told = (level: Violation["level"]): Violation => ({ rule: "r", pack: "p", level, message: "m" });
  expect(warned([])).toBe("");
  expect(warned([told("mandatory")])).toBe("");
  expect(warned([told("advisory"), told("mandatory")])).toBe("; 1 warning of the rules");
  expect(warned([told("advisory"), told("advisory")])).toBe("; 2 warnings of the rules");
});
