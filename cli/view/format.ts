import { stripVTControlCharacters, styleText } from "node:util";

type Format = Parameters<typeof styleText>[0];

/** Paints a text, or leaves it as it is where colour does not belong. */
export type Paint = (format: Format, text: string) => string;

/** Paints if the stream is a terminal; NO_COLOR and FORCE_COLOR overrule that. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (format, text) => styleText(format, text, { stream, validateStream: true });
}

export const plain: Paint = (_format, text) => text;

/** A span of time for people: `0.4s`, `12.3s`, `2m 05s`, `1h 04m`. */
export function span(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)}s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)}m ${String(whole % 60).padStart(2, "0")}s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)}h ${String(minutes % 60).padStart(2, "0")}m`;
}

/** A time of day, the same wherever it is read: `14:02:09 UTC`. */
export function timeOfDay(date: Date): string {
  return `${date.toISOString().slice(11, 19)} UTC`;
}

/** How long ago, in one unit: `12 s ago`, `3 min ago`, `2 h ago`, `5 days ago`. */
export function ago(milliseconds: number): string {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  if (seconds < 60) return `${seconds} s ago`;
  if (seconds < 3600) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 48 * 3600) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86_400)} days ago`;
}

/** `1 workload`, `3 workloads`. */
export function count(n: number, noun: string, plural = `${noun}s`): string {
  return `${n} ${n === 1 ? noun : plural}`;
}

/** Cuts an unpainted text to a width, after a whole word if it has one that fits, with an ellipsis at its end. */
export function shorten(text: string, width: number): string {
  if (width < 1) return "";
  if (text.length <= width) return text;
  const words = text.slice(0, width).trimStart().includes(" ") ? text.slice(0, width).lastIndexOf(" ") : width - 1;
  return `${text.slice(0, words)}…`;
}

/** Breaks an unpainted text at spaces into at most so many lines; an ellipsis stands for what is left out. */
export function clip(text: string, to: number, most: number): readonly string[] {
  const lines = wrap(text, to);
  const last = lines.slice(most - 1).join(" ");
  return [...lines.slice(0, most - 1), ...(lines.length >= most ? [last] : [])].map((line) => shorten(line, to));
}

/** A text as a POSIX shell reads it back: as it is, or in single quotes if anything in it means something to a shell. */
export function shellWord(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}

/** Width on the screen. The texts here have no wide characters. */
export function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** Pads a painted text on its right. */
export function padEnd(text: string, to: number): string {
  return text + " ".repeat(Math.max(0, to - width(text)));
}

/** Lays rows out in columns, two spaces apart; the last column is not padded. */
export function columns(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows.reduce<readonly number[]>(
    (known, row) => row.map((cell, i) => Math.max(width(cell), known[i] ?? 0)).concat(known.slice(row.length)),
    [],
  );
  return rows.map((row) =>
    row.map((cell, i) => (i === row.length - 1 ? cell : padEnd(cell, widths[i] ?? 0))).join("  "),
  );
}

/** Lays rows out in columns, of which the last is broken at spaces and stays in its place. */
export function wrappedColumns(rows: readonly (readonly string[])[], to: number): readonly string[] {
  const left = columns(rows.map((row) => [...row.slice(0, -1), ""]));
  return rows.flatMap((row, i) => {
    const first = left[i] ?? "";
    const lines = wrap(row.at(-1) ?? "", Math.max(20, to - width(first)));
    return lines.map((line, at) => (at === 0 ? first : " ".repeat(width(first))) + line);
  });
}

/** Breaks a text at spaces; words longer than a line stay whole, so that paths and commands can be copied. */
export function wrap(text: string, to: number): readonly string[] {
  return text.split("\n").flatMap((paragraph) => {
    const lines: string[] = [];
    let line = "";
    for (const word of paragraph.split(" ")) {
      if (line !== "" && width(line) + 1 + width(word) > to) {
        lines.push(line);
        line = word;
      } else line = line === "" ? word : `${line} ${word}`;
    }
    return [...lines, line];
  });
}

/** A command about something of an environment as a person types it: `npm run fault -- list --environment other`. */
export function typedAbout(command: string, environment: string, ...words: readonly string[]): string {
  return typed(command, "", ...words, ...(environment === "local" ? [] : ["--environment", environment]));
}

/** A command of this project as a person types it: `npm run status -- staging --drift`. */
export function typed(command: string, environment: string, ...flags: string[]): string {
  const [script = "", ...rest] = command.split(" ");
  const args = [...rest, ...(environment === "" || environment === "local" ? [] : [environment]), ...flags];
  return ["npm run", script, ...(args.length > 0 ? ["--", ...args] : [])].join(" ");
}
