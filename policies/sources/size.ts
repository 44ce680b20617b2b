import { Unreadable } from "./unreadable.ts";

/** Deeper than any Kubernetes object that is meant to be read; a schema of a large CRD comes to about 60. */
export const MAX_DEPTH = 500;

/** How much a document may hold when every alias is written out: a thousand times an ordinary object. */
const MAX_VALUES = 1_000_000;

interface Frame {
  readonly value: object;
  readonly below: Iterator<unknown>;
  size: number;
}

/**
 * Refuses (Unreadable) what cannot be walked in time: a value that holds itself, one that is nested too deep, and one
 * whose aliases multiply ("billion laughs"). What is shared is counted each time it is used and looked at once.
 */
export function refuseEndless(document: unknown): void {
  if (!isContainer(document)) return;
  const sizes = new Map<object, number>();
  const open = new Set<object>([document]);
  const frames: Frame[] = [frameOf(document)];
  for (let frame = frames.at(-1); frame !== undefined; frame = frames.at(-1)) {
    const next = frame.below.next();
    if (next.done) {
      frames.pop();
      open.delete(frame.value);
      sizes.set(frame.value, frame.size);
      grow(frames.at(-1), frame.size);
      continue;
    }
    const value: unknown = next.value;
    if (!isContainer(value)) {
      grow(frame, 1);
      continue;
    }
    const known = sizes.get(value);
    if (known !== undefined) {
      grow(frame, known);
      continue;
    }
    if (open.has(value)) throw new Unreadable("a value holds itself: an alias stands inside its own anchor");
    if (frames.length >= MAX_DEPTH) throw new Unreadable(`it is nested deeper than ${MAX_DEPTH} levels`);
    open.add(value);
    frames.push(frameOf(value));
  }
}

function grow(frame: Frame | undefined, by: number): void {
  if (!frame) return;
  frame.size += by;
  if (frame.size > MAX_VALUES)
    throw new Unreadable(
      `it holds more than ${MAX_VALUES.toLocaleString("en")} values once its aliases are written out`,
    );
}

function frameOf(value: object): Frame {
  return { value, below: Object.values(value)[Symbol.iterator](), size: 1 };
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
