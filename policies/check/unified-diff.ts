import { linesWithSecrets } from "./secret-lines.ts";
import { edited, inOrder, type TextEdit } from "./text-edits.ts";

/** Lines of the text that are shown around a change. */
const CONTEXT = 3;

/** Whole lines that take the place of others: `from` up to, not including, `to`, both from 0. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly string[];
}

/**
 * What edits do to a file, as a unified diff that `patch -p0` takes. "" if they do nothing. Lines that may show a secret
 * are no context: there are fewer lines around such a change. A change of such a line itself is left out, with its place
 * in a sentence before the diff, where `patch` reads nothing. `closed` says which lines these are.
 */
export function unifiedDiff(
  file: string,
  text: string,
  edits: readonly TextEdit[],
  closed: readonly boolean[] = linesWithSecrets(linesOf(text)),
): string {
  const lines = linesOf(text);
  const blocks = blocksOf(
    text,
    edits.filter((edit) => text.slice(edit.start, edit.end) !== edit.text),
  );
  if (blocks.length === 0) return "";
  const isOpen = (from: number, to: number) => !closed.slice(from, to).includes(true);
  const leftOut = blocks.filter(({ from, to }) => !isOpen(from, to));
  const hunks: Block[][] = [];
  for (const block of blocks.filter(({ from, to }) => isOpen(from, to))) {
    const end = hunks.at(-1)?.at(-1)?.to;
    if (end !== undefined && block.from - end <= 2 * CONTEXT && isOpen(end, block.from)) hunks.at(-1)?.push(block);
    else hunks.push([block]);
  }
  let grown = 0;
  const shown = hunks.map((hunk) => {
    const said = hunkText(lines, hunk, grown, isOpen);
    grown += hunk.reduce((sum, block) => sum + block.lines.length - (block.to - block.from), 0);
    return said;
  });
  const notes = leftOut.map(
    ({ from }) => `Left out: the change of ${file}:${from + 1}, a line that may show a secret; --fix makes it.\n`,
  );
  const head = shown.length === 0 ? "" : `--- ${file}\n+++ ${file}\n`;
  return [...notes, head, ...shown].join("");
}

function hunkText(
  lines: readonly string[],
  hunk: readonly Block[],
  grown: number,
  isOpen: (from: number, to: number) => boolean,
): string {
  const [first, last] = [hunk[0]?.from ?? 0, hunk.at(-1)?.to ?? 0];
  const before = (context: number) => Math.max(0, first - context);
  const after = (context: number) => Math.min(lines.length, last + context);
  let context = CONTEXT;
  // As many lines on both sides: patch takes a side with fewer for an end of the file.
  while (context > 0 && !(isOpen(before(context), first) && isOpen(last, after(context)))) context--;
  const [from, to] = [before(context), after(context)];
  const body: string[] = [];
  let at = from;
  const keep = (until: number) => {
    for (; at < until; at++) body.push(` ${lines[at]}`);
  };
  for (const block of hunk) {
    keep(block.from);
    for (; at < block.to; at++) body.push(`-${lines[at]}`);
    body.push(...block.lines.map((line) => `+${line}`));
  }
  keep(to);
  const count = (sign: string) => body.filter((line) => line[0] === " " || line[0] === sign).length;
  const range = (start: number, length: number) => `${length === 0 ? start : start + 1},${length}`;
  const head = `@@ -${range(from, count("-"))} +${range(from + grown, count("+"))} @@\n`;
  return head + body.map((line) => (line.endsWith("\n") ? line : `${line}\n\\ No newline at end of file\n`)).join("");
}

/** The edits as whole lines; what touches the same line is one block. */
function blocksOf(text: string, edits: readonly TextEdit[]): Block[] {
  const starts = [0];
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  const groups: { from: number; to: number; edits: TextEdit[] }[] = [];
  let line = 0;
  for (const edit of inOrder(edits)) {
    while (line + 1 < starts.length && (starts[line + 1] ?? 0) <= edit.start) line++;
    let to = line;
    // An insertion of whole lines before a line leaves that line alone.
    const isBefore = edit.start === edit.end && edit.start === starts[line] && edit.text.endsWith("\n");
    if (!isBefore) while (to < starts.length && (starts[to] ?? 0) <= edit.end) to++;
    const last = groups.at(-1);
    if (last && line < last.to) {
      last.edits.push(edit);
      last.to = Math.max(last.to, to);
    } else if (last && line === last.from && last.to === last.from) {
      last.edits.push(edit);
      last.to = to;
    } else groups.push({ from: line, to, edits: [edit] });
  }
  return groups.map(({ from, to, edits: own }) => {
    const start = starts[from] ?? text.length;
    const end = starts[to] ?? text.length;
    const moved = own.map((edit) => ({ ...edit, start: edit.start - start, end: edit.end - start }));
    // After the last line end there is a place, but no line.
    const last = Math.min(to, starts.at(-1) === text.length ? starts.length - 1 : starts.length);
    return { from, to: last, lines: linesOf(edited(text.slice(start, end), moved)) };
  });
}

/** Lines with their ends; a text that ends in a line end has no line after it. */
function linesOf(text: string): string[] {
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
