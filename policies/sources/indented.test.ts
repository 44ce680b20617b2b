import { expect, test } from "vitest";
import { indented } from "./indented.ts";
import { yamlDocuments } from "./yaml.ts";

test.each([
  ["a list in brackets", 'a:\n  b: [\n  "x", # it\'s one [\n  "y"\n  ]\nc: 1\n', [{ a: { b: ["x", "y"] }, c: 1 }]],
  ["a map in brackets", "a:\n  b: {\n  x: 1,\n  z: [2,\n  3]\n  }\n", [{ a: { b: { x: 1, z: [2, 3] } } }]],
  ["a text in quotes", 'a:\n  - "run --x=\\"1\\" \\\n  --y"\n  - z\n', [{ a: ['run --x="1" --y', "z"] }]],
  ["a text in single quotes", "a:\n  - 'it''s\n  one'\n", [{ a: ["it's one"] }]],
  ["several documents", 'a: [\n1]\n---\nb: "x\ny"\n', [{ a: [1] }, { b: "x y" }]],
])("%s that goes on as far left as it likes is read as kubectl reads it", (_, text, documents) => {
  expect(yamlDocuments(text)).toEqual(documents);
});

test("what brackets and quotes in texts, comments and blocks say is left alone", () => {
  const text = [
    "a: it's [ not",
    "b: |",
    '  say "hello',
    "  [ and more",
    'c: x # "',
    "- d: >-",
    "    'open",
    '- "e": f]',
  ].join("\n");
  expect(indented(text)).toBe(text);
});

test("what is wrong otherwise is told by the text as it stands", () => {
  expect(() => yamlDocuments('a: [\n"x"\nb: 1\n')).toThrow("line");
  expect(() => yamlDocuments("a: 1\n\tb: 2\n")).toThrow("line 2: a tab stands");
});
