import type { Field } from "./field.ts";

/**
 * What an expression of a selector demands of labels, as keys by which they are found: a label's key alone (`Exists`), or one of
 * some labels (`In`). Undefined for what labels meet by having none.
 */
export function demandOf(expression: Field): string[] | undefined {
  const key = expression.at("key").text() ?? "";
  const operator = expression.at("operator").text();
  if (operator === "Exists") return [key];
  if (operator !== "In") return undefined;
  const values = expression
    .at("values")
    .items()
    .map((value) => pair(key, value.text()));
  return [...new Set(values)];
}

/** The key of one label. */
export function pair(key: string, value: string | undefined): string {
  return `${key}=${value ?? ""}`;
}
