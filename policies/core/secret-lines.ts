import { claimOf, harmless, ordinary } from "./secret-names.ts";
import { TYPES } from "./secret-vocabulary.ts";

/** A name, a sign, and a value with or without quotes. Every part is bounded, and a word is tried from its beginning only. */
const ASSIGNMENT =
  /(?<![\w.-])([A-Za-z_][\w.-]{0,63})["']?[ \t]{0,8}([:=])[ \t]{0,8}(?:"([^"\r\n]{1,200})"|'([^'\r\n]{1,200})'|([^\s"',;&<>[\]]{1,200}))/g;
/** `<password>hunter2</password>` */
const ELEMENT = /<([A-Za-z][\w.:-]{0,63})>([^<>\s]{4,200})<\//g;
/** `name="password" value="hunter2"`, and `define('PASSWORD', 'hunter2')`. */
const PAIR =
  /(?:\b(?:name|key)=|\bdefine\([ \t]{0,4})["']([\w.-]{1,64})["'](?:[ \t]{1,8}value=|[ \t]{0,4},[ \t]{0,4})["']([^"'\s]{4,200})["']/g;
/** Names whose value is secret whatever it looks like; others of a file only if it looks like no word. */
const STRICT = /(?:passwords?|passwd|passphrase|pwd|(?:client|app|consumer)[-_.]?secret|api[-_.]?key)[-_.]?\d{0,4}$/i;
/** Shorter values in a file are examples, numbers and columns. */
const SHORTEST = 4;
/** How far back the beginning of a line is looked for. */
const LINE = 200;

/** Whether a line of a file, or a part of a connection string, gives a password or a token. What is filled in later is none. */
export function hasSecretLine(text: string): boolean {
  if (!/pass|pwd|secret|token|key/i.test(text)) return false;
  for (const match of text.matchAll(ASSIGNMENT)) {
    const [all, name = "", sign = "", double, single, plain = ""] = match;
    const quoted = double ?? single;
    if (!isSecret(name, quoted ?? plain, quoted !== undefined)) continue;
    const before = lineBefore(text, match.index);
    if (isComment(before)) continue;
    if (quoted !== undefined || endsThere(text, match.index + all.length, plain, sign, before)) return true;
  }
  for (const form of [ELEMENT, PAIR])
    for (const [, name = "", value = ""] of text.matchAll(form)) if (isSecret(name, value, true)) return true;
  return false;
}

function isSecret(name: string, value: string, isQuoted: boolean): boolean {
  if (value.length < SHORTEST || claimOf(name) !== "plainly") return false;
  if (/\s/.test(value) || harmless(value) || isFilledIn(value) || isNextName(value) || isLabel(value)) return false;
  if (!isQuoted && isCode(value)) return false;
  return STRICT.test(name) || !ordinary(value);
}

function isFilledIn(value: string): boolean {
  return /^(?:[$<{%*/~|>&!]|\.{1,2}\/|arn:|#\{|(?:vault|file|env|ref):)/.test(value);
}

/** `password= user=shop` gives none. */
function isNextName(value: string): boolean {
  return /^[a-z_]{2,20}=[^=]/i.test(value);
}

/** What a form or a schema says. */
function isLabel(value: string): boolean {
  return /^[A-Z][a-z]+[.:!?*]?$/.test(value) || TYPES.has(value.toLowerCase());
}

/** `req.body.password` and `read(` are where a program has it from. */
function isCode(value: string): boolean {
  if (/^[A-Za-z_$][\w$.]*[([]/.test(value)) return true;
  const parts = value.replace(/[)}\]]+$/, "").split(".");
  return parts.length > 1 && parts.every((part) => /^[A-Za-z_$?]+$/.test(part));
}

function lineBefore(text: string, index: number): string {
  const near = text.slice(Math.max(0, index - LINE), index);
  return near.slice(Math.max(near.lastIndexOf("\n"), near.lastIndexOf("\r")) + 1);
}

function isComment(before: string): boolean {
  return /^[ \t]*(?:#|\/\/|--[ \t]|;)/.test(before);
}

/** Whether a value without quotes is all that is said, and no part of a sentence or a program. */
function endsThere(text: string, end: number, value: string, sign: string, before: string): boolean {
  const after = text.slice(end, end + 80);
  if (sign === ":" && !/(?:^|[-{,;[("'?&|])[ \t"']*$/.test(before)) return false;
  // In a program, a word before a comma is a variable.
  if (/^[ \t]*,/.test(after) && /^[A-Za-z_]+$/.test(value)) return false;
  if (/^[ \t]*(?:$|[\r\n;&#,}\])"'<\\])/.test(after)) return true;
  return sign === "=" && /^[ \t]+[\w.-]{1,40}=/.test(after);
}
