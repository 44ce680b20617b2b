import { MIN_REASON, optOutKey } from "../core/opt-out.ts";
import type { Rule } from "../core/rule.ts";
import type { ReportLine } from "./report.ts";

/** An object as people name it: `Deployment shop/orders`, `aws:s3/bucket:Bucket logs`. */
export function labelOf({ type, namespace, name }: ReportLine["object"]): string {
  const kind = /^kubernetes:.*:(\w+)$/.exec(type)?.[1] ?? type;
  return `${kind} ${namespace === undefined ? name : `${namespace}/${name}`}`;
}

/** `orders.yaml:12`, or what is known of it; undefined for what was read from no file. */
export function placeOf({ file, line }: ReportLine): string | undefined {
  if (file === undefined) return undefined;
  return line === undefined ? file : `${file}:${line}`;
}

/** What is wrong, or cannot be judged yet, in one sentence that begins with the object. */
export function whatOf(line: ReportLine): string {
  const label = labelOf(line.object);
  if (line.verdict === "unknown") {
    const part = line.path === "" ? "a part of it" : line.path;
    if (line.secret) return `${label}: ${part} is a secret of Pulumi, never read; the rule cannot judge it`;
    return `${label}: ${part} is not known before up; the rule judges it then`;
  }
  const place = line.path === "" ? label : `${label}: ${line.path}`;
  return line.verdict === "pass" ? `${label} is as it should be` : `${place} is ${line.actual}; wanted: ${line.wanted}`;
}

/** How an object may step down from a rule; undefined where it may not. */
export function wayOutOf({ optOut }: Rule): string | undefined {
  if (optOut === undefined) return undefined;
  return `annotate the object with ${optOutKey(optOut)}: "<reason, ${MIN_REASON} characters or more>"`;
}

/** `1 object`, `2 objects`. */
export function count(number: number, one: string, many = `${one}s`): string {
  return `${number} ${number === 1 ? one : many}`;
}

/** The moment to the minute, in UTC: `2026-10-15 12:00 UTC`. */
export function momentOf(date: Date): string {
  return `${date.toISOString().slice(0, 16).replace("T", " ")} UTC`;
}

/** A text for one line of a terminal or a log: control characters (colours and cursor moves among them) become `\u001b`. */
export function printable(text: string): string {
  return text.replace(
    /[\p{Cc}\p{Cf}\u2028\u2029]/gu,
    (char) => `\\u${(char.codePointAt(0) ?? 0).toString(16).padStart(4, "0")}`,
  );
}
