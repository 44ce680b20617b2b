/** How many names a reader compares at a glance. */
const SHOWN = 3;

/**
 * The names most like one that somebody wrote, the likest first: at most three, and none if all are altogether different.
 * It tells a slip of the pen without the whole list.
 */
export function nearest(written: string, names: Iterable<string>): string[] {
  const far = Math.max(written.length, 4);
  return Array.from(names, (name) => ({ name, ...unlike(written.toLowerCase(), name.toLowerCase()) }))
    .filter((one) => one.shared || one.far < far)
    .sort((a, b) => a.far - b.far || a.name.localeCompare(b.name))
    .slice(0, SHOWN)
    .map(({ name }) => name);
}

/** Edits between the two; a word that both have, in any place, takes half of its length off them. */
function unlike(a: string, b: string): { far: number; shared: boolean } {
  const words = new Set(a.split(/[^a-z0-9]+/));
  const shared = b.split(/[^a-z0-9]+/).filter((word) => words.has(word));
  return { far: edits(a, b) - shared.join("").length / 2, shared: shared.length > 0 };
}

/** How many characters are put in, taken out or changed to make one text of the other (Levenshtein). */
function edits(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (before[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(change, (before[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1));
    }
    before = row;
  }
  return before[b.length] ?? 0;
}
