import type { Style } from "../report.ts";
import { wrap } from "./format.ts";

/** A name and what is to be said of it; several lines if need be. */
export type Fact = readonly [name: string, value: string | readonly string[]];

const NAME_WIDTH = 12;

/** Facts in two columns; long ones are broken at spaces, and stay in theirs. */
export function factLines(facts: readonly Fact[], { columns, paint }: Style): readonly string[] {
  const room = Math.max(40, columns - NAME_WIDTH - 4);
  return facts.flatMap(([name, value]) => {
    const lines = typeof value === "string" ? wrap(value, room) : value;
    return lines.map((line, i) => `  ${paint("dim", (i === 0 ? name : "").padEnd(NAME_WIDTH))} ${line}`);
  });
}
