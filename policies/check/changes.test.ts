import fc from "fast-check";
import { expect, test } from "vitest";
import { type Change, changesBetween } from "./changes.ts";

test.each<[unknown, unknown, unknown]>([
  [{ a: 1, b: [1] }, { a: 1, b: [1] }, []],
  [
    { a: 1 },
    { a: 2, b: {} },
    [
      { keys: ["a"], value: 2 },
      { keys: ["b"], value: {} },
    ],
  ],
  [
    { a: [{ b: 1 }, 2] },
    { a: [{ b: 1, c: 3 }, 2, 4] },
    [
      { keys: ["a", 0, "c"], value: 3 },
      { keys: ["a", 2], value: 4 },
    ],
  ],
  [{ a: null }, { a: { b: 1 } }, [{ keys: ["a"], value: { b: 1 } }]],
  [{ a: [1, 2] }, { a: [1] }, undefined],
  [{ a: { b: 1 } }, { a: {} }, undefined],
])("from %j to %j", (before, after, changes) => expect(changesBetween(before, after)).toEqual(changes));

test("made one after the other, they make the one of the other", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (before, after) => {
      const holder = { root: structuredClone(before) };
      const changes = changesBetween({ root: before }, { root: after });
      for (const change of changes ?? []) make(holder, change);
      if (changes) expect(JSON.stringify(holder.root)).toEqual(JSON.stringify(ordered(after, holder.root)));
    }),
  );
});

function make(holder: object, { keys, value }: Change): void {
  let at = holder as Record<string | number, unknown>;
  for (const key of keys.slice(0, -1)) at = at[key] as typeof at;
  Object.defineProperty(at, keys.at(-1) ?? "", { value, writable: true, enumerable: true, configurable: true });
}

/** The same with its keys in another's order. */
function ordered(value: unknown, like: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(like)) return value.map((item, index) => ordered(item, like[index]));
  if (typeof value !== "object" || value === null || typeof like !== "object" || like === null) return value;
  if (Array.isArray(value) || Array.isArray(like)) return value;
  const own = value as Record<string, unknown>;
  return Object.fromEntries(
    Object.keys(like).map((key) => [key, ordered(own[key], (like as Record<string, unknown>)[key])]),
  );
}
