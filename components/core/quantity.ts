import type { Problem } from "./invalid.ts";

/**
 * An amount as Kubernetes writes it: a whole number and a suffix. Memory and disk: `512Mi`, `10Gi`; processor: `250m`
 * (a thousandth of a core) or whole cores, `2`.
 */
export type Quantity = `${number}` | `${number}${keyof typeof SUFFIXES}`;

const SUFFIXES = {
  m: 1e-3,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
} as const;
const SHAPE = /^(\d+)(m|k|M|G|T|Ki|Mi|Gi|Ti)?$/;
const BINARY = ["Ti", "Gi", "Mi", "Ki"] as const;

/** Whether a text is a {@link Quantity}. Fractions, exponents and signs are not: write `1536Mi`, not `1.5Gi`. */
export function isQuantity(text: string): text is Quantity {
  return typeof text === "string" && SHAPE.test(text);
}

/** A problem unless it is a quantity of at least so much. */
export function leastProblems(field: string, given: string, least: Quantity): Problem[] {
  if (isQuantity(given) && amount(given) >= amount(least)) return [];
  return [{ field, given, allowed: `a quantity of at least "${least}", such as "10Gi"` }];
}

/** The amount in its base unit: bytes, or cores. Throws `TypeError` on anything that is not a {@link Quantity}. */
export function amount(quantity: Quantity): number {
  const [, digits, suffix] = SHAPE.exec(quantity) ?? [];
  if (digits === undefined)
    throw new TypeError(
      `${JSON.stringify(quantity)} is no quantity; allowed: a whole number and a suffix ("512Mi", "10Gi", "250m", "2")`,
    );
  // Thousandths are divided, not multiplied by 0.001: 300 * 0.001 is not 0.3.
  if (suffix === "m") return Number(digits) / 1_000;
  return Number(digits) * (suffix === undefined ? 1 : SUFFIXES[suffix as keyof typeof SUFFIXES]);
}

/** Whole bytes in the largest binary unit that loses nothing: 1536 MiB is `1536Mi`, 2048 MiB is `2Gi`. */
export function bytes(count: number): Quantity {
  if (!Number.isSafeInteger(count) || count < 0) throw new RangeError(`${count} is no whole number of bytes`);
  const unit = BINARY.find((suffix) => count > 0 && count % SUFFIXES[suffix] === 0);
  return unit === undefined ? `${count}` : `${count / SUFFIXES[unit]}${unit}`;
}

/** Cores, rounded up to a thousandth: 0.25 is `250m`, 2 is `2`. */
export function cores(count: number): Quantity {
  if (!Number.isFinite(count) || count < 0) throw new RangeError(`${count} is no number of cores`);
  const thousandths = Math.ceil(Number((count * 1_000).toFixed(6)));
  return thousandths % 1_000 === 0 ? `${thousandths / 1_000}` : `${thousandths}m`;
}
