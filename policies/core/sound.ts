import { MalformedValue } from "./field.ts";
import { someKnown, UnknownValue } from "./unknown.ts";

/**
 * Whether any of some items serves. A misshapen one does not: the API server will refuse it, so it helps nobody.
 * Throws UnknownValue if none is known to serve and one may.
 */
export function anyOf<T>(items: Iterable<T>, serves: (item: T) => boolean): boolean {
  return someKnown(items, (item) => {
    try {
      return serves(item);
    } catch (error) {
      if (error instanceof MalformedValue) return false;
      throw error;
    }
  });
}

/** What can be read of an object, however broken it is: undefined where that is not known yet or misshapen. */
export function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof UnknownValue || error instanceof MalformedValue) return undefined;
    throw error;
  }
}
