import { readFileSync } from "node:fs";
import { type Duration, seconds } from "../../core/duration.ts";

/** What all calls of a pod keep together; the memory of what was dropped comes on top, until it is collected. The proxy has 128 MiB. */
const ALL_BYTES = 8 * 2 ** 20;
/** Answers of one call. The one that was not used for longest makes room. */
const ALL_ANSWERS = 256;

/** Without comments and indentation: the text stands in an annotation, once for each call. */
const PROGRAM = readFileSync(new URL("last-answer.lua", import.meta.url), "utf8")
  .replace(/^\s*--.*\n/gm, "")
  .replace(/^\s+/gm, "");

/**
 * The program of Envoy's Lua filter that keeps the last good answers of one call, and gives them when the call fails. `sharing` is how many
 * calls of the pod keep answers.
 */
export function lastAnswerProgram(maxAge: Duration, sharing: number): string {
  const numbers = [seconds(maxAge), Math.floor(ALL_BYTES / sharing), ALL_ANSWERS];
  return `local MAX_AGE, MAX_BYTES, MAX_ANSWERS = ${numbers.join(", ")}\n${PROGRAM}`;
}
