import type { Style } from "../report.ts";
import { wrap } from "./format.ts";

/** A name and what is to be said of it; several lines if need be. */
export type Fact = readonly [name: string, value: string | readonly string[]];

const NAME_WIDTH = 12;

/** How wide a fact's value may be. */
export function factRoom({ columns }: Style): number {
  return Math.max(40, columns - NAME_WIDTH - 4);
}

/** Facts in two columns; long ones are broken at spaces, and stay in theirs. */
export function factLines(facts: readonly Fact[], style: Style): readonly string[] {
  const room = factRoom(style);
  const { paint } = style;
  return facts.flatMap(([name, value]) => {
    const lines = typeof value === "string" ? wrap(value, room) : value;
    return lines.map((line, i) => `  ${paint("dim", (i === 0 ? name : "").padEnd(NAME_WIDTH))} ${line}`);
  });
}
