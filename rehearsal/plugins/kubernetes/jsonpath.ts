import { isJsonObject, type Json } from "./object.ts";

/** A path cannot be read; the message tells the place. */
export class JsonPathError extends Error {
  override readonly name = "JsonPathError";
}

/** One step of a path: from a value to the values below it. */
export type Step = (value: Json) => readonly Json[];

type Test = (value: Json) => boolean;

/**
 * Reads a JSONPath (RFC 9535): fields (`.a`, `['a']`), places (`[0]`, `[-1]`), `[*]`, `..a`, and filters
 * (`[?(@.type=="Ready" && @.status!="True")]`). Slices and functions are not known. A leading `$` may be left out.
 */
export function parseJsonPath(text: string): readonly Step[] {
  const reader = new Reader(text);
  reader.take("$");
  const steps = readSteps(reader);
  if (!reader.done()) throw reader.unexpected();
  return steps;
}

/** Everything that a path finds, in the order of the value. */
export function selectPath(value: Json, steps: readonly Step[]): readonly Json[] {
  return steps.reduce<readonly Json[]>((values, step) => values.flatMap((found) => step(found)), [value]);
}

class Reader {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  done(): boolean {
    return this.#position >= this.#text.length;
  }

  /** Skips a token if it comes next, with the space before it. */
  take(token: string): boolean {
    const start = this.#position + (/^\s*/.exec(this.#text.slice(this.#position))?.[0].length ?? 0);
    if (!this.#text.startsWith(token, start)) return false;
    this.#position = start + token.length;
    return true;
  }

  match(pattern: RegExp): string | undefined {
    const found = new RegExp(`^\\s*(${pattern.source})`).exec(this.#text.slice(this.#position));
    if (found === null) return undefined;
    this.#position += found[0].length;
    return found[1];
  }

  expect(token: string): void {
    if (!this.take(token)) throw this.unexpected(`${token} expected`);
  }

  unexpected(what = "unexpected text"): JsonPathError {
    const rest = this.#text.slice(this.#position, this.#position + 10);
    return new JsonPathError(`${what} at position ${this.#position + 1}${rest ? ` (${JSON.stringify(rest)})` : ""}`);
  }
}

const NAME = /[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*/;
const TEXT = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'/;

function readSteps(reader: Reader): Step[] {
  const steps: Step[] = [];
  for (;;) {
    if (reader.take("..")) steps.push(descend, field(readName(reader)));
    else if (reader.take(".")) steps.push(reader.take("*") ? children : field(readName(reader)));
    else if (reader.take("[")) steps.push(readBracket(reader));
    else return steps;
  }
}

function readName(reader: Reader): string {
  const name = reader.match(NAME);
  if (name === undefined) throw reader.unexpected("a field name expected");
  return name;
}

function readBracket(reader: Reader): Step {
  if (reader.take("?")) {
    const test = readOr(reader);
    reader.expect("]");
    return (value) => children(value).filter(test);
  }
  const step = readSelector(reader);
  reader.expect("]");
  return step;
}

function readSelector(reader: Reader): Step {
  if (reader.take("*")) return children;
  const place = reader.match(/-?\d+/);
  if (place !== undefined) return (value) => (Array.isArray(value) ? some(value.at(Number(place))) : []);
  const name = reader.match(TEXT);
  if (name === undefined) throw reader.unexpected();
  return field(unquote(name));
}

function readOr(reader: Reader): Test {
  const tests = [readAnd(reader)];
  while (reader.take("||")) tests.push(readAnd(reader));
  return (value) => tests.some((test) => test(value));
}

function readAnd(reader: Reader): Test {
  const tests = [readTest(reader)];
  while (reader.take("&&")) tests.push(readTest(reader));
  return (value) => tests.every((test) => test(value));
}

function readTest(reader: Reader): Test {
  if (reader.take("!")) {
    const test = readTest(reader);
    return (value) => !test(value);
  }
  if (reader.take("(")) {
    const test = readOr(reader);
    reader.expect(")");
    return test;
  }
  const left = readOperand(reader);
  const operator = reader.match(/==|!=|<=|>=|<|>/);
  if (operator === undefined) return (value) => left(value) !== undefined;
  const right = readOperand(reader);
  return (value) => compare(left(value), operator, right(value));
}

function readOperand(reader: Reader): (value: Json) => Json | undefined {
  if (reader.take("@")) {
    const steps = readSteps(reader);
    return (value) => selectPath(value, steps)[0];
  }
  const literal = reader.match(/-?\d+(?:\.\d+)?|true|false|null/);
  if (literal !== undefined) return () => JSON.parse(literal) as Json;
  const text = reader.match(TEXT);
  if (text === undefined) throw reader.unexpected("a value expected");
  const constant = unquote(text);
  return () => constant;
}

function compare(left: Json | undefined, operator: string, right: Json | undefined): boolean {
  if (operator === "==") return left === right;
  if (operator === "!=") return left !== right;
  if (typeof left !== typeof right || (typeof left !== "number" && typeof left !== "string")) return false;
  const [a, b] = [left, right as typeof left];
  return operator === "<" ? a < b : operator === "<=" ? a <= b : operator === ">" ? a > b : a >= b;
}

function unquote(text: string): string {
  return text.slice(1, -1).replaceAll(/\\(.)/g, "$1");
}

function some(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value];
}

function field(name: string): Step {
  return (value) => (isJsonObject(value) ? some(value[name]) : []);
}

function children(value: Json): readonly Json[] {
  if (Array.isArray(value)) return value;
  return isJsonObject(value) ? Object.values(value) : [];
}

function descend(value: Json): readonly Json[] {
  return [value, ...children(value).flatMap(descend)];
}
