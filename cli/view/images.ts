import type { ImageLock } from "../../components/images/index.ts";
import type { Ended, Moved } from "../image-lock.ts";
import type { Style } from "../report.ts";
import { columns, count } from "./format.ts";

/** What a lock was and has become. */
export interface LockChange {
  readonly before: ImageLock;
  readonly after: ImageLock;
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** What `plumbline images check` has found. */
export interface CheckedImages {
  readonly images: number;
  readonly unlocked: readonly string[];
  readonly moved: readonly Moved[];
  readonly ended: readonly Ended[];
  readonly unused: readonly string[];
}

/** Of a digest, so much as people tell one from another by. */
const SHOWN = "sha256:".length + 12;

/** `plumbline images lock`, for people: what is another than before is to be looked at before it is committed. */
export function lockLines({ before, after, added, changed, removed }: LockChange, { paint }: Style): readonly string[] {
  const short = (lock: ImageLock, name: string) => lock[name]?.digest.slice(0, SHOWN) ?? "";
  const rows = [
    ...added.map((name) => [`  ${name}`, short(after, name), "new"]),
    ...changed.map((name) => [
      `  ${name}`,
      `${short(before, name)} -> ${short(after, name)}`,
      paint("bold", "changed"),
    ]),
    ...removed.map((name) => [`  ${name}`, short(before, name), "no longer asked for"]),
  ];
  return ["", ...columns(rows), `  ${count(Object.keys(after).length, "image")} locked.`];
}

/** `plumbline images check`, for people. */
export function checkLines({ images, unlocked, moved, ended, unused }: CheckedImages, style: Style): readonly string[] {
  const part = (title: string, rows: readonly (readonly string[])[]) =>
    rows.length === 0
      ? []
      : [`  ${style.paint("bold", title)}`, ...columns(rows.map(([first = "", ...rest]) => [`    ${first}`, ...rest]))];
  const lines = [
    ...part(
      "Not locked (npm run images -- lock)",
      unlocked.map((name) => [name]),
    ),
    ...part(
      "Moved: the tag means something else now (npm run images -- lock --renew takes that)",
      moved.map(({ image, locked, now }) => [image, `${locked.slice(0, SHOWN)} -> ${now.slice(0, SHOWN)}`]),
    ),
    ...part(
      "Past the end of their lives: their makers mend nothing more",
      ended.map(({ image, date, from }) => [image, date, from]),
    ),
    ...part(
      "Locked, and asked for by no environment (npm run images -- lock)",
      unused.map((name) => [name]),
    ),
  ];
  return [
    "",
    ...lines,
    `  ${count(images, "image")}: ${images - unlocked.length} pinned, ${ended.length} past the end of their lives.`,
  ];
}
