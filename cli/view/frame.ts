import { clip, columns, type Paint, padEnd, shorten, span } from "./format.ts";
import type { Item, Screen, Step } from "./screen.ts";

export interface FrameSize {
  readonly columns: number;
  readonly rows: number;
}

const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const SPINNER_MS = 120;
const MARKS = { done: "✓", failed: "✗", stopped: "■" } as const;
const COLOURS = { running: "cyan", done: "green", failed: "red", stopped: "yellow" } as const;

/** Beyond this, lines are hard to follow with the eye, however wide the terminal is. */
const WIDEST = 110;
const NAME_WIDTH = 14;
const TIME_WIDTH = 8;

/** The moving part of the screen at one moment, as lines that shorten the terminal. Pure; `now` in milliseconds. */
export function frame(screen: Screen, size: FrameSize, now: number, paint: Paint): readonly string[] {
  const wide = Math.min(size.columns - 1, WIDEST);
  const below = screen.notice ? 4 : 2;
  const most = screen.steps.length * 2 + below < size.rows ? 2 : 1;
  const steps = screen.steps.map((step) => ({ step, lines: stepLines(step, most, wide, now, paint) }));
  const room = Math.max(1, size.rows - steps.flatMap(({ lines }) => lines).length - below);
  return [
    ...steps.flatMap(({ step, lines }) => [...lines, ...itemLines(step, wide, room, now, paint)]),
    ...(screen.notice ? ["", paint("yellow", shorten(`  ${screen.notice}`, wide))] : []),
  ];
}

/** One step: mark, name, detail, and its time at the right edge. What has ended is told on `most` lines, and does not move any more. */
function stepLines(step: Step, most: number, wide: number, now: number, paint: Paint): readonly string[] {
  const mark = step.state === "running" ? SPINNER[Math.floor(now / SPINNER_MS) % SPINNER.length] : MARKS[step.state];
  const time = span((step.ended ?? now) - step.began).padStart(TIME_WIDTH);
  const room = wide - 4 - NAME_WIDTH - 1 - TIME_WIDTH;
  const [detail = "", ...more] = clip(step.detail, room, step.state === "running" ? 1 : most);
  const name = paint("bold", step.name.padEnd(NAME_WIDTH));
  return [
    `  ${paint(COLOURS[step.state], mark ?? "")} ${name} ${padEnd(detail, room)}${paint("dim", time)}`,
    ...more.map((line) => " ".repeat(4 + NAME_WIDTH + 1) + line),
  ];
}

/** What a running step waits for, the longest wait first; as many lines as there is room for. */
function itemLines(step: Step, wide: number, room: number, now: number, paint: Paint): readonly string[] {
  const items = step.items ?? [];
  if (step.state !== "running" || items.length === 0) return [];
  const most = Math.min(room, MOST_ITEM_LINES);
  const blocks = itemBlocks(items, wide, now, paint);
  const shown = blocks.filter((_, i) => blocks.slice(0, i + 1).flat().length < most || isLast(i, blocks, most));
  const hidden = blocks.length - shown.length;
  return [...shown.flat(), ...(hidden > 0 ? [paint("dim", `${INDENT}… ${hidden} more`)] : [])];
}

const MOST_ITEM_LINES = 8;
const INDENT = " ".repeat(6);

/** The last block may take the line that would otherwise tell how many are hidden. */
function isLast(i: number, blocks: readonly (readonly string[])[], most: number): boolean {
  return i === blocks.length - 1 && blocks.flat().length <= most;
}

/** Each item on one line, or on two or three if the reason for the wait needs lines of its own. */
function itemBlocks(items: readonly Item[], wide: number, now: number, paint: Paint): readonly (readonly string[])[] {
  const sorted = items.toSorted((a, b) => a.since - b.since);
  const names = columns(sorted.map(({ label, kind }) => [shorten(label, 40), `${shorten(kind, 24)} `]));
  const room = wide - INDENT.length - TIME_WIDTH;
  return sorted.map(({ note, since }, i) => {
    const name = padEnd(names[i] ?? "", Math.max(...names.map((one) => one.length)));
    const time = paint("dim", span(now - since).padStart(TIME_WIDTH));
    const line = `${name} ${note}`;
    if (line.length <= room) return [INDENT + padEnd(line, room) + time];
    const reason = clip(note, wide - 8, 2).map((text) => paint("dim", `${INDENT}  ${text}`));
    return [INDENT + padEnd(shorten(name, room), room) + time, ...reason];
  });
}
