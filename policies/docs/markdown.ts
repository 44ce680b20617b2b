/** Prose for Markdown: what would be read as markup (`<min>` as a tag, a pipe as the end of a cell) stays text. */
export function prose(text: string): string {
  return text
    .replace(/[\\`*<>|[\]]/g, (char) => ({ "<": "&lt;", ">": "&gt;" })[char] ?? `\\${char}`)
    .replace(/\s+/g, " ");
}

/** A text in a fixed pitch, for a cell too. */
export function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const inside = text.replaceAll("|", "\\|").replace(/\s+/g, " ");
  return fence.length === 1 ? `\`${inside}\`` : `${fence} ${inside} ${fence}`;
}

/** A block of code, in a fence longer than any in it. */
export function fenced(language: string, text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text.trimEnd()}\n${fence}`;
}

/** A table; the cells are Markdown already. */
export function table(columns: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  return [line(columns), line(columns.map(() => "---")), ...rows.map(line)].join("\n");
}

function longestRun(text: string): number {
  return Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
}
