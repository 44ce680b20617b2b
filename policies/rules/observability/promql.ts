import { spanOf } from "../../core/span.ts";

/**
 * The windows, in milliseconds, over which an expression watches how fast an error budget burns: for each part that joins
 * a long window with a short one by `and`, the long one. `a[1h] > x and a[5m] > x or b[6h] > y and b[30m] > y` has two.
 */
export function burnWindows(expression: string): number[] {
  return alternatives(withoutComments(expression), MOST_BRACKETS).flatMap((alternative) => {
    const windows = split(alternative, /^(?:and)$/)
      .map((operand) => longest(windowsIn(operand)))
      .filter((window) => window > 0);
    return new Set(windows).size > 1 ? [longest(windows)] : [];
  });
}

function longest(windows: readonly number[]): number {
  return windows.reduce((most, window) => Math.max(most, window), 0);
}

/** Nobody writes as many around a whole; each costs a walk through the expression. */
const MOST_BRACKETS = 50;

/** What stands between the `or`s of an expression, through brackets around the whole. */
function alternatives(expression: string, brackets: number): string[] {
  const parts = split(expression, /^or$/);
  if (parts.length > 1) return parts.flatMap((part) => alternatives(part, brackets));
  const inner = brackets > 0 ? unwrapped(expression) : undefined;
  return inner === undefined ? [expression] : alternatives(inner, brackets - 1);
}

/** Splits at words that stand in no bracket and no string. */
function split(expression: string, word: RegExp): string[] {
  const parts: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: token, index } of expression.matchAll(TOKENS)) {
    if (/^[([{]$/.test(token)) depth += 1;
    else if (/^[)\]}]$/.test(token)) depth -= 1;
    else if (depth === 0 && word.test(token)) {
      parts.push(expression.slice(from, index));
      from = index + token.length;
    }
  }
  return [...parts, expression.slice(from)];
}

/** A string that nobody closes ends with the expression: none is looked through twice. */
const STRING = /"(?:\\[\s\S]?|[^"\\])*(?:"|$)|'(?:\\[\s\S]?|[^'\\])*(?:'|$)|`[^`]*(?:`|$)/.source;
/** Strings, brackets and words of PromQL. */
const TOKENS = new RegExp(`${STRING}|[()[\\]{}]|[A-Za-z_:][\\w:]*`, "g");
const STRINGS = new RegExp(STRING, "g");
const COMMENTS = new RegExp(`(${STRING})|#.*`, "g");

/** What stands in the brackets around a whole expression; undefined if there are none. */
function unwrapped(expression: string): string | undefined {
  const text = expression.trim();
  if (!text.startsWith("(") || !text.endsWith(")")) return undefined;
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(TOKENS)) {
    if (token === "(") depth += 1;
    else if (token === ")") depth -= 1;
    if (depth === 0 && index < text.length - 1) return undefined;
  }
  return text.slice(1, -1);
}

/** Ranges such as `[5m]` and `[1h:30s]`, and windows at the end of a recorded name: `slo:errors:ratio_rate1h`. */
function windowsIn(operand: string): number[] {
  const bare = operand.replace(STRINGS, '""');
  const ranges = Array.from(bare.matchAll(/\[\s*(\w+)\s*(?::[^\][]*)?\]/g), ([, range]) => spanOf(range ?? ""));
  const names = Array.from(bare.matchAll(/\b[A-Za-z_:][\w:]*/g)).flatMap(([name]) =>
    Array.from(name.matchAll(/(?<!\d)\d+(?:ms|[smhdw])\b/g), ([end]) => spanOf(end)),
  );
  return [...ranges, ...names].filter((span) => span !== undefined);
}

function withoutComments(expression: string): string {
  return expression.replace(COMMENTS, (_, quoted) => quoted ?? "");
}
