/**
 * Stands for a value that nobody knows yet: in a preview, what a resource will only say once it is made.
 * A rule never meets it: reading it through a Field throws UnknownValue, so that "not known" is never taken for "not set".
 */
export const UNKNOWN: unique symbol = Symbol("not known before up");

/**
 * Stands for a value that Pulumi keeps as a secret, and that is never read, also when it was exported in clear. To rules
 * it is as unknown as UNKNOWN is; but no update makes it known, and where it must not stand at all, that can be said.
 */
export const SECRET: unique symbol = Symbol("a secret of Pulumi, never read");

/** A rule needed a value that is not known yet. `path` is where in the object, e.g. `spec.replicas`. */
export class UnknownValue extends Error {
  override readonly name = "UnknownValue";
  readonly path: string;
  /** Whether it is a secret of Pulumi: it stays unknown for good. */
  readonly secret: boolean;

  constructor(path: string, secret = false) {
    super(`${path} is ${secret ? "a secret of Pulumi, never read" : "not known before up"}`);
    this.path = path;
    this.secret = secret;
  }
}

/** Whether any item holds. One that holds decides; else one that is not known makes the answer unknown (it throws). */
export function someKnown<T>(items: Iterable<T>, holds: (item: T) => boolean): boolean {
  let unknown: UnknownValue | undefined;
  for (const item of items) {
    try {
      if (holds(item)) return true;
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unknown ??= error;
    }
  }
  if (unknown) throw unknown;
  return false;
}

/** Whether every item holds. One that does not decides; else one that is not known makes the answer unknown (it throws). */
export function everyKnown<T>(items: Iterable<T>, holds: (item: T) => boolean): boolean {
  return !someKnown(items, (item) => !holds(item));
}

/**
 * Judges items one by one: what is wrong with one is told even if another is not known yet. The first unknown is thrown
 * at the end, so the whole is then unknown unless something failed.
 */
export function* eachKnown<T, V>(items: Iterable<T>, judge: (item: T) => Iterable<V>): Generator<V> {
  let unknown: UnknownValue | undefined;
  for (const item of items) {
    try {
      yield* judge(item);
    } catch (error) {
      if (!(error instanceof UnknownValue)) throw error;
      unknown ??= error;
    }
  }
  if (unknown) throw unknown;
}
