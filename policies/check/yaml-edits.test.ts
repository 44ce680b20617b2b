import fc from "fast-check";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { yamlDocuments } from "../sources/yaml.ts";
import { edited } from "./text-edits.ts";
import { EditableText, NotEditable } from "./yaml-edits.ts";

const change = (text: string, keys: (string | number)[], value: unknown, document = 0) =>
  edited(text, [new EditableText(text).edit(document, { keys, value })]);

describe("everything around a change stays as it is", () => {
  test.each<[what: string, before: string, keys: (string | number)[], value: unknown, after: string]>([
    ["a scalar", "a:   1   # one\nb: 2\n", ["a"], 7, "a:   7   # one\nb: 2\n"],
    ["a quoted one", "a: 'x' # y\n", ["a"], "z: 1", "a: 'z: 1' # y\n"],
    ["an item", "a:\n- x # first\n- y\n", ["a", 0], "z", "a:\n- z # first\n- y\n"],
    [
      "a new key",
      "a: 1 # one\n# about b\nb:\n    c: 2 # two\n",
      ["b", "d"],
      true,
      "a: 1 # one\n# about b\nb:\n    c: 2 # two\n    d: true\n",
    ],
    [
      "a new map",
      "a:\n  b: 1\n\n# end\n",
      ["a", "c"],
      { d: { e: [1] } },
      "a:\n  b: 1\n  c:\n    d:\n      e:\n        - 1\n\n# end\n",
    ],
    [
      "below a list item",
      "- name: a\n  image: b\n- name: c\n",
      [0, "x"],
      1,
      "- name: a\n  image: b\n  x: 1\n- name: c\n",
    ],
    [
      "after a deep last value",
      "a:\n  b:\n    - c: { d: 1 }\n",
      ["a", "e"],
      1,
      "a:\n  b:\n    - c: { d: 1 }\n  e: 1\n",
    ],
    [
      "after a block text",
      "a:\n  b: |\n    x\n    y\nc: 1\n",
      ["a", "d"],
      1,
      "a:\n  b: |\n    x\n    y\n  d: 1\nc: 1\n",
    ],
    ["without a last line end", "a:\n  b: 1", ["a", "c"], { d: 2 }, "a:\n  b: 1\n  c:\n    d: 2"],
    [
      "with Windows line ends",
      "a:\r\n  b: 1\r\nc: 2\r\n",
      ["a", "d"],
      { e: 1 },
      "a:\r\n  b: 1\r\n  d:\r\n    e: 1\r\nc: 2\r\n",
    ],
    ["in a flow map", "a: { b: 1 } # x\n", ["a", "c"], { d: true }, "a: { b: 1, c: {d: true} } # x\n"],
    ["in an empty flow map", "a: {} # x\n", ["a", "b"], 1, "a: {b: 1} # x\n"],
    ["in a flow list", "a: [x, y]\n", ["a", 2], "ALL", "a: [x, y, ALL]\n"],
    ["in an empty flow list", "a: []\n", ["a", 0], "ALL", "a: [ALL]\n"],
    [
      "in a block list",
      "a:\n  - x # 1\n  # end\nb: 1\n",
      ["a", 1],
      { c: 1 },
      "a:\n  - x # 1\n  - c: 1\n  # end\nb: 1\n",
    ],
    [
      "a key without a value",
      "a:\n  b: # nothing\n  c: 1\n",
      ["a", "b"],
      { d: 1 },
      "a:\n  b:\n    d: 1 # nothing\n  c: 1\n",
    ],
    ["a null", "a:\n  b: null\n  c: 1\n", ["a", "b"], { d: 1 }, "a:\n  b:\n    d: 1\n  c: 1\n"],
    ["a missing scalar", "a:\n  b:\n  c: 1\n", ["a", "b"], false, "a:\n  b: false\n  c: 1\n"],
    ["JSON on one line", '{"a": {"b": 1}}', ["a", "c"], { d: [true] }, '{"a": {"b": 1, "c": {"d":[true]}}}'],
    [
      "JSON on many lines",
      '{\n  "a": {\n    "b": 1\n  }\n}\n',
      ["a", "c"],
      false,
      '{\n  "a": {\n    "b": 1,\n    "c": false\n  }\n}\n',
    ],
  ])("%s", (_what, before, keys, value, after) => expect(change(before, keys, value)).toBe(after));

  test("in a later document", () => {
    expect(change("a: 1\n---\na: 1 # x\n", ["a"], 2, 1)).toBe("a: 1\n---\na: 2 # x\n");
  });

  test("insertions at one place nest: the deeper one comes first", () => {
    const text = "a:\n  b:\n    c: 1\n";
    const editable = new EditableText(text);
    const edits = [["x"], ["a", "w"], ["a", "b", "z"]].map((keys) => editable.edit(0, { keys, value: 1 }));
    expect(edited(text, edits)).toBe("a:\n  b:\n    c: 1\n    z: 1\n  w: 1\nx: 1\n");
  });
});

test.each<[string, (string | number)[], unknown, string]>([
  ["a: &x { b: 1 }\nc: *x\n", ["a", "b"], 2, "an anchor is set there"],
  ["a: &x { b: 1 }\nc: *x\n", ["c", "b"], 2, "an alias stands there"],
  ["a: &x { b: 1 }\nc:\n  <<: *x\n", ["c", "b", "d"], 2, "it is not written down where it belongs"],
  ["a: |\n  x\n", ["a"], "y", "a text of several lines stands there"],
  ["a: [1]\n", ["a"], "y", "another kind of value stands there"],
  ["a: x\n", ["a"], { b: 1 }, "another kind of value stands there"],
  ["a: x\n", ["a", "b"], 1, "another kind of value stands there"],
])("%j, %j is not touched", (text, keys, value, problem) => {
  expect(() => change(text, keys, value)).toThrow(NotEditable);
  expect(() => change(text, keys, value)).toThrow(problem);
});

test("in any YAML, what is added is there, and nothing else has changed", () => {
  const key = fc.oneof(fc.stringMatching(/^[a-z]{1,6}$/), fc.constantFrom("a b", "x/y", "on", "1"));
  const tree = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 4, depthSize: "small" },
      fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), fc.constant("two\nlines\n")),
      fc.array(tie("value"), { maxLength: 3 }),
      fc.dictionary(key, tie("value"), { maxKeys: 4, noNullPrototype: true }),
    ),
  })).value;
  const map = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4, noNullPrototype: true });
  fc.assert(
    fc.property(
      map,
      tree,
      fc.nat(),
      fc.integer({ min: -1, max: 4 }),
      fc.boolean(),
      (given, added, at, flowLevel, json) => {
        const value = JSON.parse(JSON.stringify(given));
        const text = json ? JSON.stringify(value, null, 2) : dump(value, { flowLevel, noRefs: true });
        const maps = mapsIn(value);
        const [keys, holder] = maps[at % maps.length] as [(string | number)[], Record<string, unknown>];
        holder.added = JSON.parse(JSON.stringify(added));
        expect(yamlDocuments(change(text, [...keys, "added"], added))).toEqual([value]);
      },
    ),
    { numRuns: 500 },
  );
});

function mapsIn(value: unknown, keys: (string | number)[] = []): [(string | number)[], Record<string, unknown>][] {
  if (Array.isArray(value)) return value.flatMap((item, index) => mapsIn(item, [...keys, index]));
  if (typeof value !== "object" || value === null) return [];
  const below = Object.entries(value).flatMap(([key, item]) => mapsIn(item, [...keys, key]));
  return [[keys, value as Record<string, unknown>], ...below];
}
