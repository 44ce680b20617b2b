import { expect, test } from "vitest";
import { Unreadable } from "./unreadable.ts";
import { yamlDocuments } from "./yaml.ts";

test.each([
  ["a: yes", true],
  ["a: Off", false],
  ['a: "yes"', "yes"],
  ["a: 0644", 420],
  ["a: 0o644", 420],
  ["a: 0x1F", 31],
  ["a: 1:30", "1:30"],
  ["a: 2026-12-31", "2026-12-31"],
  ["a: 2026-12-31T10:00:00Z", "2026-12-31T10:00:00Z"],
  ["a: 1e3", 1000],
  ["a: .nan", Number.NaN],
  ["a: ~", null],
  ["a:", null],
  ["\uFEFFa: 1", 1],
  ['{\t"a":\t1 }', 1],
])("%j is read as kubectl reads it", (text, value) => {
  expect(yamlDocuments(text)).toEqual([{ a: value }]);
});

test("anchors, aliases and merge keys are followed", () => {
  const text = "base: &base { a: 1, b: 2 }\nown:\n  <<: *base\n  b: 3\nsame: *base\n";
  expect(yamlDocuments(text)[0]).toEqual({ base: { a: 1, b: 2 }, own: { a: 1, b: 3 }, same: { a: 1, b: 2 } });
});

test("documents come in their order, empty ones too", () => {
  expect(yamlDocuments("a: 1\n---\n---\n# nothing\n---\n- b\n")).toEqual([{ a: 1 }, null, null, ["b"]]);
  expect(yamlDocuments("")).toEqual([]);
});

test("a key that means something to JavaScript is a key like others", () => {
  const [document] = yamlDocuments("__proto__: { polluted: 1 }\nconstructor: x\n") as [object];
  expect(Object.keys(document)).toEqual(["__proto__", "constructor"]);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
});

test.each([
  ["a: 1\nb: 2\na: 3\n", "line 3: a key stands twice in one map"],
  ["a:\n\tb: 1\n", "line 2: a tab stands where only spaces may indent"],
  ["a: *nowhere\n", "line 1: an alias names no anchor before it"],
  ["a: &a { b: *a }\n", "a value holds itself"],
  ["[".repeat(10_000), "line 1: it is nested deeper than 500 levels"],
  [Array.from({ length: 10_000 }, (_, level) => `${" ".repeat(level)}a:`).join("\n"), "nested deeper than 500 levels"],
  ["a: b: c\n", "line 1: it is no YAML: "],
  ["a: !mine 1\n", "line 1: it is no YAML: unknown"],
  [
    [
      "a: &a [x,x,x,x,x,x,x,x]",
      ..."bcdefgh".split("").map((key, at) => `${key}: &${key} [${Array(9).fill(`*${"abcdefg"[at]}`)}]`),
    ].join("\n"),
    "it holds more than 1,000,000 values",
  ],
])("%j is refused", (text, problem) => {
  expect(() => yamlDocuments(text)).toThrow(Unreadable);
  expect(() => yamlDocuments(text)).toThrow(problem);
});

test("a message never shows what stands in the text", () => {
  expect(() => yamlDocuments("password: hunter2\npassword: hunter3\n")).toThrow(/^(?!.*hunter)/s);
});
