import { dump } from "js-yaml";
import {
  Composer,
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  Parser,
  Scalar,
  type YAMLMap,
  type YAMLSeq,
} from "yaml";
import type { Change } from "./changes.ts";
import type { TextEdit } from "./text-edits.ts";

/** Lines are not folded, and what any YAML takes for something else than a text is quoted. */
const AS_IT_IS = { lineWidth: -1, noRefs: true };

/** A change cannot be written into the text without touching more than it is about. */
export class NotEditable extends Error {
  override readonly name = "NotEditable";
}

/** A YAML or JSON text into which changes are written so that every other character of it stays as it is. */
export class EditableText {
  readonly #text: string;
  readonly #documents: Iterator<Document>;
  #current: { readonly index: number; readonly document: Document | undefined } = { index: -1, document: undefined };
  readonly #isJson: boolean;
  readonly #eol: string;

  constructor(text: string) {
    this.#text = text;
    // Whether it is right was found out when it was judged: here only places matter.
    const composer = new Composer({ strict: false, uniqueKeys: false, logLevel: "silent" });
    this.#documents = composer.compose(new Parser().parse(text), true, text.length);
    this.#isJson = /^\s*[{[]/.test(text);
    this.#eol = text.includes("\r\n") ? "\r\n" : "\n";
  }

  /** The edit that makes a change in a document; documents are asked for in their order. Throws NotEditable. */
  edit(document: number, { keys, value }: Change): TextEdit {
    const above = keys.slice(0, -1);
    const key = keys.at(-1);
    let holder: Node | null = this.#document(document)?.contents ?? null;
    for (const step of above) holder = below(holder, step);
    refuseShared(holder);
    if (isMap(holder)) {
      const pair = pairOf(holder, key);
      return pair ? this.#replace(pair, holder, value) : this.#addPair(holder, String(key), value);
    }
    if (isSeq(holder)) {
      const item = holder.items[Number(key)];
      if (item === undefined) return this.#addItem(holder, value);
      if (isScalar(item) && isPlain(value)) return this.#replaceScalar(item, value);
    }
    throw new NotEditable("another kind of value stands there");
  }

  /** One is held at a time: a text of ten thousand takes no more memory than one of two. */
  #document(index: number): Document | undefined {
    while (this.#current.index < index) {
      const { value, done } = this.#documents.next();
      this.#current = { index: this.#current.index + 1, document: done ? undefined : value };
    }
    return this.#current.index === index ? this.#current.document : undefined;
  }

  #replace(pair: Pair, holder: YAMLMap, value: unknown): TextEdit {
    const node = pair.value as Node | null;
    refuseShared(node);
    const isEmpty = node === null || (isScalar(node) && node.value === null);
    if (isEmpty && !isPlain(value) && !holder.flow) return this.#fill(pair, value);
    if (isScalar(node) && node.range && node.range[0] < node.range[1] && (isPlain(value) || holder.flow))
      return this.#replaceScalar(node, value);
    if (isEmpty && isPlain(value)) {
      const at = this.#colon(pair) + 1;
      return { start: at, end: at, text: ` ${this.#inline(value)}`, depth: 0 };
    }
    throw new NotEditable("another kind of value stands there");
  }

  #replaceScalar(node: Scalar, value: unknown): TextEdit {
    const [start, end] = node.range ?? [0, 0];
    if (node.type === Scalar.BLOCK_LITERAL || node.type === Scalar.BLOCK_FOLDED)
      throw new NotEditable("a text of several lines stands there");
    return { start, end, text: this.#inline(value), depth: 0 };
  }

  /** `key:` with nothing behind it gets what belongs below it. */
  #fill(pair: Pair, value: unknown): TextEdit {
    const colon = this.#colon(pair);
    const indent = this.#column((pair.key as Node).range?.[0] ?? 0) + 2;
    const node = pair.value as Node | null;
    const [from, to] = node?.range ?? [colon + 1, colon + 1];
    const text = `${this.#eol}${this.#block(value, indent).trimEnd()}`;
    // A `null` or `~` that is written down gives way.
    return from < to
      ? { start: colon + 1, end: to, text, depth: indent }
      : { start: colon + 1, end: colon + 1, text, depth: indent };
  }

  #addPair(map: YAMLMap, key: string, value: unknown): TextEdit {
    const last = map.items.at(-1);
    if (map.flow)
      return this.#addFlow(
        map,
        last,
        this.#inline({ [key]: value })
          .slice(1, -1)
          .trim(),
      );
    const first = map.items[0]?.key as Node | undefined;
    if (!last || !first?.range) throw new NotEditable("an empty map stands there");
    const indent = this.#column(first.range[0]);
    return this.#afterLine(this.#endOf(last), indent, this.#block({ [key]: value }, indent));
  }

  #addItem(list: YAMLSeq, value: unknown): TextEdit {
    const last = list.items.at(-1) as Node | undefined;
    if (list.flow) return this.#addFlow(list, last, this.#inline([value]).slice(1, -1).trim());
    if (!last || !list.range) throw new NotEditable("an empty list stands there");
    const indent = this.#column(list.range[0]);
    return this.#afterLine(this.#endOf(last), indent, this.#block([value], indent));
  }

  /** Into `{ … }` or `[ … ]`: on a line of its own where the last entry has one. */
  #addFlow(holder: YAMLMap | YAMLSeq, last: unknown, entry: string): TextEdit {
    const [start, end] = holder.range ?? [0, 0];
    if (last === undefined) {
      return { start, end, text: isMap(holder) ? `{${entry}}` : `[${entry}]`, depth: 0 };
    }
    const begin = ((isPair(last) ? last.key : last) as Node).range?.[0] ?? 0;
    const at = this.#endOf(last as Pair | Node);
    const before = this.#text.slice(this.#lineStart(begin), begin);
    const isAlone = /^[ \t]*$/.test(before);
    return {
      start: at,
      end: at,
      text: isAlone ? `,${this.#eol}${before}${entry}` : `, ${entry}`,
      depth: before.length,
    };
  }

  #afterLine(end: number, depth: number, block: string): TextEdit {
    if (this.#text[end - 1] === "\n") return { start: end, end, text: block, depth };
    const newline = this.#text.indexOf("\n", end);
    if (newline >= 0) return { start: newline + 1, end: newline + 1, text: block, depth };
    const at = this.#text.length;
    return { start: at, end: at, text: `${this.#eol}${block.trimEnd()}`, depth };
  }

  /** Where the last character of an entry stands, plus one; what belongs below it included. */
  #endOf(entry: Pair | Node): number {
    if (!isPair(entry)) {
      if (!isCollection(entry) || entry.flow || entry.items.length === 0) return entry.range?.[1] ?? 0;
      return this.#endOf(entry.items.at(-1) as Pair | Node);
    }
    const value = entry.value as Node | null;
    const isWritten = value?.range && (isCollection(value) || value.range[0] < value.range[1]);
    return isWritten ? this.#endOf(value) : this.#colon(entry) + 1;
  }

  #colon(pair: Pair): number {
    const end = (pair.key as Node).range?.[1] ?? 0;
    const colon = this.#text.indexOf(":", end);
    if (colon < 0) throw new NotEditable("a key stands without a colon");
    return colon;
  }

  #column(offset: number): number {
    return offset - this.#lineStart(offset);
  }

  #lineStart(offset: number): number {
    return this.#text.lastIndexOf("\n", offset - 1) + 1;
  }

  /** A value on lines of its own, each indented, the last one ended. */
  #block(value: unknown, indent: number): string {
    const lines = dump(value, AS_IT_IS).trimEnd().split("\n");
    return lines.map((line) => `${" ".repeat(indent)}${line}${this.#eol}`).join("");
  }

  #inline(value: unknown): string {
    if (this.#isJson) return JSON.stringify(value).replace(/^\{"((?:[^"\\]|\\.)*)":/, '{"$1": ');
    if (typeof value === "string" && /[\r\n]/.test(value)) return JSON.stringify(value);
    return dump(value, { ...AS_IT_IS, flowLevel: 0 }).trimEnd();
  }
}

function below(holder: Node | null, key: string | number): Node | null {
  refuseShared(holder);
  const found = isMap(holder) ? pairOf(holder, key)?.value : isSeq(holder) ? holder.items[Number(key)] : undefined;
  if (found === undefined || found === null) throw new NotEditable("it is not written down where it belongs");
  return found as Node;
}

function pairOf(map: YAMLMap, key: string | number | undefined): Pair | undefined {
  return map.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key));
}

/** What has a name is used elsewhere too, and would change there. */
function refuseShared(node: Node | null): void {
  if (isAlias(node)) throw new NotEditable("an alias stands there");
  if (node && "anchor" in node && node.anchor !== undefined) throw new NotEditable("an anchor is set there");
}

function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null;
}
