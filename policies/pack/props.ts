import { UnknownValueError } from "@pulumi/policy";
import { UNKNOWN } from "../core/unknown.ts";

/**
 * What the policy SDK hands to a policy, as plain data: its proxies throw where a value is not known yet, here UNKNOWN
 * stands instead. Secrets are in clear in it, as in the SDK's own view: keep it in memory, and never print a value of it.
 */
export function plain(props: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(props)) set(copy, key, read(props, key));
  return copy;
}

function read(holder: object, key: string | number): unknown {
  try {
    return copied((holder as Record<string | number, unknown>)[key]);
  } catch (error) {
    if (error instanceof UnknownValueError) return UNKNOWN;
    throw error;
  }
}

function copied(value: unknown): unknown {
  if (Array.isArray(value)) return Array.from({ length: value.length }, (_, index) => read(value, index));
  if (typeof value !== "object" || value === null) return value;
  // Assets and archives are of classes of their own: no rule looks into them.
  return Object.getPrototypeOf(value) === Object.prototype ? plain(value as Record<string, unknown>) : value;
}

/** A key may be `__proto__`: it must become an own property like any other. */
function set(copy: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(copy, key, { value, writable: true, enumerable: true, configurable: true });
}
