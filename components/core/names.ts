import type { Problem } from "./invalid.ts";

const LABEL = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Longest DNS label (RFC 1035). Names of pods and services add suffixes, so components ask for less. */
const LONGEST_LABEL = 63;
/** Room for what Kubernetes adds to the name of a pod: `-<10 of the template>-<5 of the pod>`, or `-<ordinal>`. */
const LONGEST_NAME = LONGEST_LABEL - 23;

/** Whether a text is a DNS label: lower-case letters, digits and hyphens, from a letter to a letter or digit. */
export function isDnsLabel(text: string, longest = LONGEST_LABEL): boolean {
  return typeof text === "string" && text.length <= longest && LABEL.test(text);
}

/** A problem if the text cannot name a resource, none otherwise. */
export function nameProblems(field: string, text: string): Problem[] {
  if (isDnsLabel(text, LONGEST_NAME)) return [];
  const allowed = `a DNS label of at most ${LONGEST_NAME} characters: a-z, 0-9 and "-", beginning with a letter`;
  return [{ field, given: text, allowed }];
}

/** The known word nearest to a mistyped one, if one is near enough to be what was meant: at most a third is wrong. */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  let best: { word: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (distance <= Math.max(1, Math.ceil(candidate.length / 3)) && distance < (best?.distance ?? Infinity))
      best = { word: candidate, distance };
  }
  return best?.word;
}

/** Letters to insert, delete or replace to turn one word into another (Levenshtein). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (const [line, letter] of [...from].entries()) {
    const next = [line + 1];
    for (const [column, other] of [...to].entries())
      next.push(
        Math.min((next[column] ?? 0) + 1, (row[column + 1] ?? 0) + 1, (row[column] ?? 0) + (letter === other ? 0 : 1)),
      );
    row = next;
  }
  return row[to.length] ?? 0;
}
