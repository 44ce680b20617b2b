const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
  y: 31_536_000_000,
};
const SHOWN = ["d", "h", "m", "s", "ms"] as const;

export const DAY = 86_400_000;

/**
 * Milliseconds in a span of time as Go, Prometheus and our own annotations write it: `90s`, `1h30m`, `7d`, `2w`, or `0`.
 * Undefined for anything else.
 */
export function spanOf(text: string): number | undefined {
  if (text === "0") return 0;
  if (!/^(?:\d+(?:\.\d+)?(?:ms|[smhdwy]))+$/.test(text)) return undefined;
  const parts = text.matchAll(/(\d+(?:\.\d+)?)(ms|[smhdwy])/g);
  return Array.from(parts, ([, amount, unit]) => Number(amount) * (UNITS[unit ?? ""] ?? 0)).reduce((a, b) => a + b, 0);
}

/** A span for people, in the largest unit that loses nothing: `24h` is `1d`. */
export function shownSpan(milliseconds: number): string {
  if (!Number.isFinite(milliseconds)) return "never again";
  const unit = SHOWN.find((one) => milliseconds > 0 && milliseconds % (UNITS[one] ?? 1) === 0) ?? "ms";
  return `${milliseconds / (UNITS[unit] ?? 1)}${unit}`;
}
