import { createHash } from "node:crypto";

/** A short fingerprint of plain data: the same for the same data, whatever the order of its keys. Never of a secret. */
export function checksum(data: unknown): string {
  return createHash("sha256").update(JSON.stringify(data, sortKeys)).digest("hex").slice(0, 16);
}

function sortKeys(_: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
