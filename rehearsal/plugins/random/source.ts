import { createHmac, randomBytes } from "node:crypto";

/** Where random bytes come from. */
export type Source = (count: number) => Buffer;

/** The operating system's cryptographic random source. */
export const secureSource: Source = randomBytes;

/**
 * Bytes that look random and are the same for the same seed: HMAC-SHA-256 of a counter, keyed by the seed. Not for
 * secrets.
 */
export function seededSource(seed: string): Source {
  let pool = Buffer.alloc(0);
  let block = 0;
  return (count) => {
    while (pool.length < count) {
      const more = createHmac("sha256", seed).update(String(block++)).digest();
      pool = Buffer.concat([pool, more]);
    }
    const bytes = pool.subarray(0, count);
    pool = pool.subarray(count);
    return bytes;
  };
}

/** Six bytes make a whole number that JavaScript holds exactly. */
const DRAW_BYTES = 6;
const DRAWS = 2 ** (8 * DRAW_BYTES);

/**
 * A whole number from 0 up to and without `limit`, each equally likely. `limit` is at most 2^48.
 *
 * Draws that would favour the low numbers (those above the greatest multiple of `limit`) are drawn again.
 */
export function below(limit: number, source: Source): number {
  const fair = DRAWS - (DRAWS % limit);
  for (;;) {
    const draw = source(DRAW_BYTES).readUIntBE(0, DRAW_BYTES);
    if (draw < fair) return draw % limit;
  }
}

/** One of a list that is not empty, each equally likely. */
export function pick<Item>(list: readonly Item[], source: Source): Item {
  return list[below(list.length, source)] as Item;
}

/** The list in another order, every order equally likely (Fisher and Yates). */
export function shuffle<Item>(list: readonly Item[], source: Source): Item[] {
  const items = [...list];
  for (let last = items.length - 1; last > 0; last--) {
    const other = below(last + 1, source);
    [items[last], items[other]] = [items[other] as Item, items[last] as Item];
  }
  return items;
}
