/** The middle of some values, or the mean of the two in the middle. Throws on none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.ceil(sorted.length / 2) - 1];
  if (upper === undefined || lower === undefined) throw new RangeError("the median of no values");
  return (lower + upper) / 2;
}

/** What was measured, by name, in the order in which it was first seen. */
export class Samples {
  readonly #values = new Map<string, number[]>();

  add(name: string, value: number): void {
    this.#values.set(name, [...(this.#values.get(name) ?? []), value]);
  }

  median(name: string): number {
    return median(this.#of(name));
  }

  /** Smallest and largest. */
  range(name: string): readonly [number, number] {
    const values = this.#of(name);
    return [Math.min(...values), Math.max(...values)];
  }

  #of(name: string): readonly number[] {
    const values = this.#values.get(name);
    if (values === undefined) throw new RangeError(`nothing was measured under ${name}`);
    return values;
  }
}
