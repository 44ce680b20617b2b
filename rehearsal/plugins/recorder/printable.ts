import { isPropertyMap, Output, type PropertyMap, type PropertyValue, Secret, Unknown } from "../rpc/index.ts";

/** What JSON can hold. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** A value to be written down: `[secret]` and `[unknown]` stand for what must not be seen and what is not known yet. */
function printable(value: PropertyValue): Json {
  if (value instanceof Secret || (value instanceof Output && value.secret)) return "[secret]";
  if (value instanceof Unknown) return "[unknown]";
  if (value instanceof Output) return value.value === undefined ? "[unknown]" : printable(value.value);
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(printable);
  if (isPropertyMap(value)) return printableMap(value);
  // Assets, archives and references to resources: what they point at.
  return JSON.parse(JSON.stringify(value)) as Json;
}

/** {@link printable} for a whole property map; keys in order, so that equal maps are written alike. */
export function printableMap(map: PropertyMap): { readonly [key: string]: Json } {
  const keys = Object.keys(map).sort();
  return Object.fromEntries(keys.map((key) => [key, printable(map[key] ?? null)]));
}
