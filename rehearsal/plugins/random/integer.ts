import { type Imported, KEEPERS, type Kind } from "./kind.ts";
import { below, secureSource, seededSource } from "./source.ts";

/** How many numbers may lie between `min` and `max`: 2^48. */
const WIDEST = 2 ** 48;

/**
 * A whole number between two others, both included. With a seed it is the same for the same seed, but not the one that
 * the official provider draws from it.
 */
export const RandomInteger: Kind = {
  inputs: {
    min: { type: "integer", required: true },
    max: { type: "integer", required: true },
    seed: { type: "string" },
    keepers: KEEPERS,
  },
  outputs: ["result"],
  check: ({ min, max }) => {
    const count = (max as number) - (min as number) + 1;
    if (count < 1) return [{ property: "min", reason: `is ${min}; it must be smaller than or equal to max, ${max}` }];
    if (count > WIDEST) return [{ property: "max", reason: `is ${max}; min and max may be 2^48 - 1 apart at most` }];
    return [];
  },
  draw: ({ min, max, seed }) => {
    const source = seed ? seededSource(seed as string) : secureSource;
    const result = (min as number) + below((max as number) - (min as number) + 1, source);
    return { id: String(result), outputs: { result } };
  },
  import: importInteger,
};

function importInteger(id: string): Imported {
  const parts = /^(-?\d+),(-?\d+),(-?\d+)(?:,(.+))?$/.exec(id);
  if (!parts) throw new Error(`the id ${JSON.stringify(id)} is not of the form RESULT,MIN,MAX or RESULT,MIN,MAX,SEED`);
  const [, result = "", min, max, seed] = parts;
  const inputs = { min: Number(min), max: Number(max), ...(seed !== undefined && { seed }) };
  return { id: result, inputs, outputs: { result: Number(result) } };
}
