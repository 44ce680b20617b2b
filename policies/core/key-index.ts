import { MalformedValue } from "./field.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UnknownValue } from "./unknown.ts";

/**
 * Objects of a stack by any number of keys each, where `Stack.find` knows one. The keys are read once for each stack, so a
 * look-up costs what it finds. Make one for a whole rule, not one for each check.
 */
export class KeyIndex {
  readonly #belongs: (object: StackObject) => boolean;
  readonly #keysOf: (object: StackObject) => Iterable<string>;
  readonly #read = new WeakMap<Stack, { known: Map<string, StackObject[]>; unsure: StackObject[] }>();

  /** `keysOf` may give keys before it meets what is not known yet (`eachKnown`): those are kept. */
  constructor(belongs: (object: StackObject) => boolean, keysOf: (object: StackObject) => Iterable<string>) {
    this.#belongs = belongs;
    this.#keysOf = keysOf;
  }

  /** Objects that have a key, and after them those that may have it because a key of theirs is not known yet. */
  *candidates(stack: Stack, key: string): Generator<StackObject> {
    const { known, unsure } = this.#of(stack);
    yield* known.get(key) ?? [];
    yield* unsure;
  }

  /** How many objects are known to have a key. */
  count(stack: Stack, key: string): number {
    return this.#of(stack).known.get(key)?.length ?? 0;
  }

  #of(stack: Stack): { known: Map<string, StackObject[]>; unsure: StackObject[] } {
    const read = this.#read.get(stack) ?? { known: new Map<string, StackObject[]>(), unsure: [] };
    if (this.#read.has(stack)) return read;
    this.#read.set(stack, read);
    for (const object of stack.objects.filter((one) => this.#belongs(one)))
      if (!this.#add(object, read.known)) read.unsure.push(object);
    return read;
  }

  /** False if a key is not known yet. A misshapen object keeps the keys before the misshapen one. */
  #add(object: StackObject, known: Map<string, StackObject[]>): boolean {
    const keys = new Set<string>();
    let sure = true;
    try {
      for (const key of this.#keysOf(object)) keys.add(key);
    } catch (error) {
      if (error instanceof UnknownValue) sure = false;
      else if (!(error instanceof MalformedValue)) throw error;
    }
    for (const key of keys) {
      const bucket = known.get(key);
      if (bucket) bucket.push(object);
      else known.set(key, [object]);
    }
    return sure;
  }
}
