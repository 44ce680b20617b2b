import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { below, secureSource, seededSource, shuffle } from "./source.ts";

describe("below", () => {
  it("stays below the limit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 48 }), fc.string(), (limit, seed) => {
        const draw = below(limit, seededSource(seed));
        expect(Number.isInteger(draw) && draw >= 0 && draw < limit).toBe(true);
      }),
    );
  });

  it("draws again where a remainder would favour the low numbers", () => {
    const draws = [Buffer.from("ffffffffffff", "hex"), Buffer.from("000000000005", "hex")];
    expect(below(3, () => draws.shift() as Buffer)).toBe(2);
    expect(draws).toEqual([]);
  });

  it("draws each number about as often as any other", () => {
    const times = [0, 0, 0, 0, 0];
    for (let i = 0; i < 5000; i++) {
      const draw = below(5, secureSource);
      times[draw] = (times[draw] ?? 0) + 1;
    }
    // 1000 each, give or take seven standard deviations.
    for (const count of times) expect(Math.abs(count - 1000)).toBeLessThan(200);
  });
});

describe("shuffle", () => {
  it("keeps every item", () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), (items) => {
        const sorted = (list: number[]) => list.toSorted((a, b) => a - b);
        expect(sorted(shuffle(items, secureSource))).toEqual(sorted(items));
      }),
    );
  });

  it("gives every order", () => {
    const orders = new Set(Array.from({ length: 300 }, () => shuffle([1, 2, 3], secureSource).join("")));
    expect(orders.size).toBe(6);
  });
});

describe("seededSource", () => {
  it("gives the same bytes for the same seed, in pieces or at once", () => {
    const [whole, pieces] = [seededSource("a"), seededSource("a")];
    expect(Buffer.concat([pieces(5), pieces(40), pieces(3)])).toEqual(whole(48));
  });

  it("gives other bytes for another seed", () => {
    expect(seededSource("a")(16)).not.toEqual(seededSource("b")(16));
  });
});
