import { harmless, looksRandom, namesSecret } from "../core/secret-names.ts";
import { secretIn } from "../core/secret-words.ts";

/** `name: value`, quoted or not, also several in a line, and `--name=value`. */
const PAIR = /([\w.-]+)["']?\s*[:=]\s*(?:"([^"]*)"|'([^']*)'|([^\s,}\]]+))/g;
/** A literal of a variable: what it is called stands in another line. */
const LITERAL = /(?:^|[\s{,"'-])value["']?\s*:\s*\S/;
/** A comment, a line without a value, or one that has a name: all else is an item of a list, or a part of a text. */
const NAMED = /^\s*(?:$|#|---|\.\.\.|[[\]{},\s]*$|(?:-\s+)*["']?[\w./-]+["']?\s*:)/;
const IS_SECRET = /(?:^|[\s{,"'])kind["']?\s*:\s*["']?Secret\b/m;

/**
 * Which lines of a manifest are not to be shown to whoever reads a diff. It rather hides too much, since a line is seen
 * without what stands around it: all of a document with a Secret in it, every literal of a variable, every line without a
 * name (an argument, a part of a longer text), and what looks like a secret or is called one.
 */
export function linesWithSecrets(lines: readonly string[]): boolean[] {
  const documents: string[][] = [[]];
  for (const line of lines) {
    if (/^---(?:\s|$)/.test(line)) documents.push([]);
    documents.at(-1)?.push(line);
  }
  return documents.flatMap((own) => {
    const isSecret = IS_SECRET.test(own.join(""));
    return own.map((line) => isSecret || mayShow(line));
  });
}

function mayShow(line: string): boolean {
  if (!NAMED.test(line) || LITERAL.test(line) || secretIn(line) !== undefined) return true;
  return Array.from(line.matchAll(PAIR)).some(([, name = "", double, single, bare]) => {
    const value = double ?? single ?? bare ?? "";
    return looksRandom(name, value) || (namesSecret(name) && !harmless(value));
  });
}
