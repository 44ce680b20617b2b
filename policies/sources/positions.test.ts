import fc from "fast-check";
import { dump } from "js-yaml";
import { expect, test } from "vitest";
import { Positions } from "./positions.ts";

const TEXT = `# a comment
a: 1
"b c":
  - x
  -
    d: &d
      e: |
        text
        text
      f: [1, { g: 2,
        h: 3 }]
? [complex, key]
: value
i: *d
---
---
j:
  k:
l:
  - 1
  -
`;

test.each<[number, (string | number)[], number | undefined]>([
  [0, [], 2],
  [0, ["a"], 2],
  [0, ["b c"], 3],
  [0, ["b c", 0], 4],
  [0, ["b c", 1], 6],
  [0, ["b c", 1, "d"], 6],
  [0, ["b c", 1, "d", "e"], 7],
  [0, ["b c", 1, "d", "f", 1, "g"], 10],
  [0, ["b c", 1, "d", "f", 1, "h"], 11],
  [0, ["b c", 1, "d", "not there", "nor this"], 6],
  [0, ["i"], 14],
  [0, ["i", "e"], 14],
  [2, ["j", "k", "l"], 18],
  [2, ["l", 1, "m"], 20],
  [3, ["j"], undefined],
])("document %i, %j stands in line %s", (document, keys, line) => {
  expect(new Positions(TEXT).line(document, keys)).toBe(line);
});

test("JSON has lines too", () => {
  expect(new Positions('{\n "a": {\n  "b\\n": [\n   1,\n   2]}}').line(0, ["a", "b\n", 1])).toBe(5);
});

test("in any text that says one thing a line, that line is found", () => {
  const key = fc.stringMatching(/^[a-z]{1,8}$/);
  const tree = fc.letrec((tie) => ({
    map: fc.dictionary(key, fc.oneof({ maxDepth: 4 }, fc.nat(), tie("map")), {
      minKeys: 1,
      maxKeys: 5,
      noNullPrototype: true,
    }),
  })).map as fc.Arbitrary<Record<string, unknown>>;
  fc.assert(
    fc.property(tree, (value) => {
      const text = dump(value, { noRefs: true });
      const positions = new Positions(text);
      const lines = text.split("\n");
      for (const keys of pathsIn(value)) {
        const line = lines[(positions.line(0, keys) ?? 0) - 1];
        expect(line?.trimStart().startsWith(`${keys.at(-1)}:`) || line?.includes(`'${keys.at(-1)}':`)).toBe(true);
      }
    }),
  );
});

function pathsIn(value: unknown, above: string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [[...above, key], ...pathsIn(item, [...above, key])]);
}
