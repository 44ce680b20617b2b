import { KEEPERS, type Kind } from "./kind.ts";
import { secureSource, seededSource, shuffle } from "./source.ts";

/**
 * A list in another order, cut or repeated to `resultCount`. No item is repeated before every other has been taken.
 * With a seed the order is the same for the same seed, but not the one that the official provider draws from it.
 */
export const RandomShuffle: Kind = {
  inputs: {
    inputs: { type: "strings", required: true },
    resultCount: { type: "integer", least: 0 },
    seed: { type: "string" },
    keepers: KEEPERS,
  },
  outputs: ["results"],
  draw: ({ inputs, resultCount, seed }) => {
    const source = seed ? seededSource(seed as string) : secureSource;
    const items = inputs as readonly string[];
    const count = items.length === 0 ? 0 : ((resultCount as number | undefined) ?? items.length);
    const results: string[] = [];
    while (results.length < count) results.push(...shuffle(items, source));
    return { id: "-", outputs: { results: results.slice(0, count) } };
  },
};
