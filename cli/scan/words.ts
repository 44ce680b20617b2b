import type { Finding } from "./finding.ts";

/** `lodash 4.17.20 of package-lock.json`, or `src/app.ts:7 of shop`. */
export function placeOf({ component, version, where, line }: Finding): string {
  const at = line === undefined ? "" : `:${line}`;
  const of = where === component ? "" : ` of ${where}`;
  return printable(`${component}${version === undefined ? "" : ` ${version}`}${at}${of}`);
}

export function mendOf({ fixedIn }: Finding): string {
  return fixedIn.length === 0 ? "" : ` (mended in ${printable(fixedIn.join(", "))})`;
}

/** Reports are written by others: what would move a terminal's cursor is not printed. */
export function printable(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, " ");
}

/** Of a text without a title: it may be pages. */
export function firstSentence(text = ""): string {
  const [sentence = ""] = text.trim().split(/(?<=\.)\s|\n/);
  return sentence.length > 200 ? `${sentence.slice(0, 199)}…` : sentence;
}
