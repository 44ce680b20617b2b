import type { Resource } from "../core/resource.ts";

/** A text as it came from a file or from standard input. */
export interface Text {
  /** How it is called in reports. */
  readonly file: string;
  readonly text: string;
  /** Found by looking into a folder: it may well be something else than objects. What was named must hold some. */
  readonly found: boolean;
}

/** What a text turned out to hold. */
export interface Reading {
  readonly resources: readonly Resource[];
  /** What was passed over, and why: not an error, but nobody shall believe that it was judged. */
  readonly notes: readonly string[];
}
