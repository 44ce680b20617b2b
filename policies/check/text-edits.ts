/** Replaces a stretch of a text; an empty stretch is an insertion. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** Of insertions at one and the same place, the deeper one comes first: what is around it ends after it. */
  readonly depth: number;
}

/** The edits in the order of the text. */
export function inOrder(edits: readonly TextEdit[]): TextEdit[] {
  return edits.toSorted((a, b) => a.start - b.start || b.depth - a.depth);
}

/** A text with edits made, none of which overlap. */
export function edited(text: string, edits: readonly TextEdit[]): string {
  const parts: string[] = [];
  let at = 0;
  for (const { start, end, text: inserted } of inOrder(edits)) {
    parts.push(text.slice(at, start), inserted);
    at = end;
  }
  return [...parts, text.slice(at)].join("");
}
