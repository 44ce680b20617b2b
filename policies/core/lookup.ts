import { MalformedValue } from "./field.ts";
import { UnknownValue } from "./unknown.ts";

/**
 * Items, mostly objects of a stack, by keys that are read from them once. One whose keys are not known yet is among the answers to every question;
 * a misshapen one is among none, for the API server will refuse it.
 */
export class Lookup<T> {
  readonly #known = new Map<string, T[]>();
  readonly #unknown: T[] = [];

  constructor(objects: Iterable<T>, keysOf: (object: T) => Iterable<string>) {
    for (const object of objects) {
      try {
        for (const key of new Set(keysOf(object))) this.#add(key, object);
      } catch (error) {
        if (error instanceof UnknownValue) this.#unknown.push(object);
        else if (!(error instanceof MalformedValue)) throw error;
      }
    }
  }

  /** Objects that have, or may have, one of these keys. */
  of(...keys: string[]): T[] {
    const known = keys.flatMap((key) => this.#known.get(key) ?? []);
    return [...new Set([...known, ...this.#unknown])];
  }

  #add(key: string, object: T): void {
    const bucket = this.#known.get(key);
    if (bucket) bucket.push(object);
    else this.#known.set(key, [object]);
  }
}
