/** A text, number, list or map as a literal of CEL, which writes them as JSON does. */
export function literal(value: unknown): string {
  return JSON.stringify(value);
}

/** All of some conditions; true when there are none. */
export function every(conditions: readonly string[]): string {
  if (conditions.length <= 1) return conditions[0] ?? "true";
  return conditions.map((one) => `(${one})`).join(" && ");
}

/** Any of some conditions; false when there are none. */
export function some(conditions: readonly string[]): string {
  return conditions.map((one) => `(${one})`).join(" || ") || "false";
}

/** Whether a text, given as an expression, is one of some. */
export function oneOf(expression: string, texts: readonly string[]): string {
  return `${expression} in ${literal(texts)}`;
}

/** A text as a part of a regular expression that means that very text. */
export function quoted(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}
