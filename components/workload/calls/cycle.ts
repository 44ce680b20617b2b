/** Who sends requests to whom, by name. */
export type Ways = ReadonlyMap<string, readonly string[]>;

/** The shortest way from one to another, both included; undefined if there is none. */
export function wayFrom(from: string, to: string, ways: Ways): readonly string[] | undefined {
  const before = new Map<string, string | undefined>([[from, undefined]]);
  // A map goes on to what is added while it is walked.
  for (const at of before.keys()) {
    if (at === to) return trace(to, before);
    for (const next of ways.get(at) ?? []) if (!before.has(next)) before.set(next, at);
  }
  return undefined;
}

function trace(end: string, before: ReadonlyMap<string, string | undefined>): string[] {
  const path: string[] = [];
  for (let at: string | undefined = end; at !== undefined; at = before.get(at)) path.unshift(at);
  return path;
}
