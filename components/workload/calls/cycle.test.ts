import fc from "fast-check";
import { expect, test } from "vitest";
import { wayFrom } from "./cycle.ts";

test("the shortest way is found, and none where there is none", () => {
  const ways = new Map([
    ["orders", ["payments", "stock"]],
    ["payments", ["ledger"]],
    ["stock", ["payments"]],
  ]);
  expect(wayFrom("orders", "ledger", ways)).toEqual(["orders", "payments", "ledger"]);
  expect(wayFrom("ledger", "orders", ways)).toBeUndefined();
  expect(wayFrom("orders", "orders", ways)).toEqual(["orders"]);
});

const node = fc.constantFrom(..."abcdefgh");

test("an edge is refused if and only if it closes a cycle, and the way that is shown exists", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(node, node), { maxLength: 40 }), (edges) => {
      const ways = new Map<string, string[]>();
      for (const [from, to] of edges) {
        const back = wayFrom(to, from, ways);
        if (back === undefined) ways.set(from, [...(ways.get(from) ?? []), to]);
        else {
          expect([back[0], back.at(-1)]).toEqual([to, from]);
          for (const [index, at] of back.slice(1).entries()) expect(ways.get(back[index] ?? "")).toContain(at);
        }
        expect(isAcyclic(ways)).toBe(true);
        if (back !== undefined)
          expect(isAcyclic(new Map([...ways, [from, [...(ways.get(from) ?? []), to]]]))).toBe(false);
      }
    }),
  );
});

/** By taking away, again and again, whoever sends to nobody that is left. */
function isAcyclic(ways: ReadonlyMap<string, readonly string[]>): boolean {
  const left = new Map(ways);
  for (let size = -1; size !== left.size; ) {
    size = left.size;
    for (const [from, tos] of left) if (!tos.some((to) => left.has(to))) left.delete(from);
  }
  return left.size === 0;
}
