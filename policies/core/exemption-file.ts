import { CORE_SCHEMA, loadAll, YAMLException } from "js-yaml";
import { EXEMPTION_FIELDS, type Exemption, problemsOf } from "./exemption.ts";
import { nearest } from "./nearest.ts";
import type { Rule } from "./rule.ts";

/**
 * The exemptions in the text of a file, YAML or JSON: a list of maps with the fields of `Exemption`; an empty file has
 * none. Throws a TypeError that names every wrong entry with its field. `today` is now by default.
 */
export function readExemptions(text: string, rules: readonly Rule[], today = new Date()): Exemption[] {
  return readGrants(text, (entry) => problemsOf(entry, rules, today));
}

/** The same, of a file whose entries are judged by `problems`: each sentence of it begins with its field. */
export function readGrants(text: string, problems: (entry: Exemption) => string[]): Exemption[] {
  const list = parsed(text) ?? [];
  // Several documents are a list of lists, each of which is refused as an entry.
  if (!Array.isArray(list))
    throw new TypeError(
      "exemptions: the file is not a list; allowed: a list of maps, each beginning with - rule: <id>",
    );
  const all = list.flatMap((entry, index) => {
    const misshapen = shapeProblems(entry, index);
    // What an entry's fields say is only looked at when every one of them is a text.
    if (misshapen.length > 0) return misshapen;
    return problems(entry).map((problem) => `exemptions[${index}].${problem}`);
  });
  if (all.length > 0) throw new TypeError(all.join("\n"));
  return list;
}

/** The core schema leaves a day a text, as JSON does. */
function parsed(text: string): unknown {
  try {
    const documents = loadAll(text, { schema: CORE_SCHEMA });
    return documents.length > 1 ? documents : documents[0];
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    const at = error.mark ? ` in line ${error.mark.line + 1}, column ${error.mark.column + 1}` : "";
    throw new TypeError(`exemptions: the file is neither YAML nor JSON${at}: ${error.reason}`, { cause: error });
  }
}

function shapeProblems(entry: unknown, index: number): string[] {
  const fields = EXEMPTION_FIELDS.join(", ");
  if (typeof entry !== "object" || entry === null || Array.isArray(entry))
    return [`exemptions[${index}]: not a map; allowed: the fields ${fields}`];
  return Object.entries(entry).flatMap(([field, value]) => {
    if (!(EXEMPTION_FIELDS as readonly string[]).includes(field)) {
      const [near] = nearest(field, EXEMPTION_FIELDS);
      const meant = near === undefined ? "" : `; the nearest: ${near}`;
      return [`exemptions[${index}].${field}: is not a field; allowed: ${fields}${meant}`];
    }
    if (typeof value === "string") return [];
    return [`exemptions[${index}].${field}: ${JSON.stringify(value)} was given; allowed: a text, in quotes`];
  });
}
