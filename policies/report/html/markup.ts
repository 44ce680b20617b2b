import { printable } from "../words.ts";

/** HTML that is safe to put into a page as it is. Only `html` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Part = string | number | Markup | readonly Part[] | undefined;

/**
 * HTML from a template: every text that is put in becomes text, between tags and inside of double quotes, whatever it is.
 * Lists are joined; undefined is nothing.
 */
export function html(fixed: TemplateStringsArray, ...parts: readonly Part[]): Markup {
  return new Markup(fixed.map((text, index) => text + safe(parts[index])).join(""));
}

/** A path or a file's name, which may be broken at its joints and nowhere else. */
export function joints(text: string): Markup {
  return html`${text.split(/(?<=[./\]])/).map((part, index) => (index === 0 ? part : html`<wbr>${part}`))}`;
}

function safe(part: Part): string {
  if (part === undefined) return "";
  if (part instanceof Markup) return part.text;
  if (typeof part === "object") return part.map(safe).join("");
  const lines = String(part).split("\n").map(printable).join("\n");
  return lines.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
