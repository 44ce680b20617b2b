import type { Field } from "../../core/field.ts";

/** Every text below a field, with spaces between. */
export function textIn(field: Field): string {
  const { value } = field;
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return field.items().map(textIn).join(" ");
  if (typeof value !== "object" || value === null) return "";
  return field
    .entries()
    .map(([, below]) => textIn(below))
    .join(" ");
}

/** The words of a text; `orders-db` is one. */
export function wordsIn(text: string): string[] {
  return text.split(/[^\w-]+/).filter((word) => word !== "");
}
