/** A value to be put at a place that is there, or that comes last in a map or a list that is there. */
export interface Change {
  readonly keys: readonly (string | number)[];
  readonly value: unknown;
}

/**
 * What makes one value of the other, as few and as small changes as that takes. Undefined if something has been taken
 * away: repairs only add and replace.
 */
export function changesBetween(
  before: unknown,
  after: unknown,
  keys: readonly (string | number)[] = [],
): Change[] | undefined {
  if (Array.isArray(before) && Array.isArray(after)) {
    if (after.length < before.length) return undefined;
    return joined(after.map((value, index) => between(index < before.length, before[index], value, [...keys, index])));
  }
  if (isRecord(before) && isRecord(after)) {
    if (Object.keys(before).some((key) => !Object.hasOwn(after, key))) return undefined;
    return joined(
      Object.keys(after).map((key) => between(Object.hasOwn(before, key), before[key], after[key], [...keys, key])),
    );
  }
  return Object.is(before, after) ? [] : [{ keys, value: after }];
}

function between(isThere: boolean, before: unknown, after: unknown, keys: (string | number)[]): Change[] | undefined {
  return isThere ? changesBetween(before, after, keys) : [{ keys, value: after }];
}

function joined(parts: readonly (Change[] | undefined)[]): Change[] | undefined {
  const changes: Change[] = [];
  for (const part of parts) {
    if (part === undefined) return undefined;
    changes.push(...part);
  }
  return changes;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
