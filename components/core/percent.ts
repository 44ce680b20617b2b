/** A share of a hundred, with or without its sign: `70` and `"70%"` are the same; `0.7` is less than one percent. */
export type Percent = number | `${number}%`;

const SHAPE = /^(\d+(?:\.\d+)?)%$/;

/** Whether a value is a {@link Percent}: 0 to 100, decimals allowed. */
export function isPercent(value: unknown): value is Percent {
  const number = typeof value === "string" ? Number(SHAPE.exec(value)?.[1]) : value;
  return typeof number === "number" && number >= 0 && number <= 100;
}

/** The number of hundredths, 0 to 100. Throws `TypeError` on anything that is not a {@link Percent}. */
export function hundredths(percent: Percent): number {
  if (!isPercent(percent))
    throw new TypeError(`${JSON.stringify(percent)} is no percentage; allowed: 0 to 100, such as 70 or "99.9%"`);
  return typeof percent === "number" ? percent : Number(percent.slice(0, -1));
}
