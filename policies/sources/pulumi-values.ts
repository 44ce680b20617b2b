import { SECRET, UNKNOWN } from "../core/unknown.ts";

/** How Pulumi marks what JSON has no word for: the key, and its values for a secret and for an output. */
const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET_SIGNATURE = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";

/** What stands for a value that is not known before an update, by the type that the value will have. */
const NOT_KNOWN = new Set([
  "04da6b54-80e4-46f7-96ec-b56ff0331ba9",
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** What a preview prints in the place of a secret. */
const MASKED = "[secret]";

/**
 * A value of Pulumi's JSON as rules read it. What is not known yet is UNKNOWN, and every secret is SECRET, also one that
 * was exported in clear: what no rule ever reads cannot get into a report.
 */
export function plainValue(value: unknown): unknown {
  if (typeof value === "string") return NOT_KNOWN.has(value) ? UNKNOWN : value === MASKED ? SECRET : value;
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== "object" || value === null) return value;
  const { [SIGNATURE]: signature, ...rest } = value as Record<string, unknown>;
  if (signature === SECRET_SIGNATURE) return SECRET;
  if (signature === OUTPUT) {
    if (rest.secret === true) return SECRET;
    return Object.hasOwn(rest, "value") ? plainValue(rest.value) : UNKNOWN;
  }
  return plainProps(value as Record<string, unknown>);
}

/** The same of each property. A key may be `__proto__`: it becomes a property like any other. */
export function plainProps(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, plainValue(value)]));
}
