import { expect, it } from "vitest";
import type { Violation } from "../engine/progress.ts";
import { askedText, rulesText } from "./rules.ts";

const rules = { asked: 132, mandatory: 118 };
const warning = (rule: string): Violation => ({ rule, pack: "plumbline", level: "advisory", message: "m" });

it("says how many rules are asked", () => {
  expect(rulesText(rules)).toBe("132 rules, 118 mandatory");
  expect(rulesText({ asked: 1, mandatory: 0 })).toBe("1 rule, 0 mandatory");
});

it("says what was warned of, each rule once, and of many only the first", () => {
  expect(askedText(rules, [])).toBe("132 rules, 118 mandatory; nothing warned of");
  expect(askedText(rules, [warning("a"), warning("b"), warning("a")])).toBe(
    "132 rules, 118 mandatory; 3 warnings by a, b: see above",
  );
  expect(askedText(rules, ["a", "b", "c", "d"].map(warning))).toContain("4 warnings by a, b, c, …");
});
