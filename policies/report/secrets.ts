import { secretIn } from "../core/secret-words.ts";
import type { Report } from "./report.ts";

/**
 * The report without what looks like a secret by its shape. Rules show none; this is for the names, reasons and fixes that
 * people write, and it is the first thing that every format does. Rules' own texts stay as they are.
 */
export function withoutSecrets(report: Report): Report {
  return {
    ...report,
    subject: hidden(report.subject),
    lines: report.lines.map(hidden),
    exemptions: report.exemptions.map(hidden),
  };
}

function hidden<T>(value: T): T;
function hidden(value: unknown): unknown {
  if (typeof value === "string") {
    const what = secretIn(value);
    return what === undefined ? value : `(not shown: it holds ${what})`;
  }
  if (Array.isArray(value)) return value.map(hidden);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, hidden(item)]));
}
