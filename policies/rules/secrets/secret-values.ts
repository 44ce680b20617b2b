import { createHash } from "node:crypto";
import { type Field, MalformedValue } from "../../core/field.ts";
import { looksRandom, namesSecret } from "../../core/secret-names.ts";
import { secretIn } from "../../core/secret-words.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { UnknownValue } from "../../core/unknown.ts";

/** Shorter ones are found by chance. */
export const SHORTEST = 8;
/** Longer texts are files; what is secret in them is found line by line. */
const LONGEST_WHOLE = 8_192;
/** JSON in a Secret is not nested deeper by anybody. */
const DEEPEST = 16;
/** What stands between the words of a line. */
const BETWEEN_WORDS = /[\s"'`,;<>()[\]{}|]+/;

/** What a Secret's value is known by: never the value. */
interface Kept {
  /** The object that keeps it, e.g. `Secret shop/orders-db`. */
  readonly label: string;
  readonly key: string;
}

/** The secret values of a stack, as digests. */
export class SecretValues {
  readonly #kept = new Map<string, Kept>();
  /** How long the values are: what has another length needs no digest. */
  readonly #lengths = new Set<number>();
  /** The first value of a Secret that is not known yet: it may stand anywhere. */
  readonly unknown: UnknownValue | undefined;

  constructor(stack: Stack) {
    let unknown: UnknownValue | undefined;
    for (const object of stack.objects)
      for (const read of valuesOf(object)) {
        try {
          const [key, value] = read();
          for (const form of formsOf(key, value)) this.#keep(form, { label: object.label, key });
        } catch (error) {
          if (error instanceof UnknownValue) unknown ??= error;
          else if (!(error instanceof MalformedValue)) throw error;
        }
      }
    this.unknown = unknown;
  }

  /** Which Secret keeps a value that stands in a text, be it the whole of it or a part between separators. */
  in(text: string): Kept | undefined {
    if (this.#kept.size === 0) return undefined;
    for (const part of partsOf(text)) {
      const kept = this.#lengths.has(part.length) ? this.#kept.get(digest(part)) : undefined;
      if (kept) return kept;
    }
    return undefined;
  }

  #keep(value: string, kept: Kept): void {
    this.#kept.set(digest(value), kept);
    this.#lengths.add(value.length);
  }
}

type Read = () => [key: string, value: string];

/** The values that a Secret, or a secret of AWS's, is given. Each is read by itself, for one may not be known yet. */
function valuesOf(object: StackObject): Read[] {
  if (object.group === "" && object.kind === "Secret")
    return [
      ...entries(object.root.at("stringData"), (text) => text),
      ...entries(object.root.at("data"), (text) => Buffer.from(text, "base64").toString("utf8")),
    ];
  const { type } = object.resource;
  const text =
    (key: string): Read =>
    () => [key, object.root.at(key).text() ?? ""];
  if (type === "aws:secretsmanager/secretVersion:SecretVersion") return [text("secretString")];
  if (type !== "aws:ssm/parameter:Parameter") return [];
  return [() => (object.root.at("type").text() === "SecureString" ? text("value")() : ["value", ""])];
}

function entries(map: Field, decode: (text: string) => string): Read[] {
  try {
    return map.entries().map(([key, field]) => () => [key, decode(field.text() ?? "")]);
  } catch (error) {
    return [
      () => {
        throw error;
      },
    ];
  }
}

/** A value as it may be written elsewhere: as it is, in base64, in a URL; and the secrets within it. */
function* formsOf(key: string, value: string): Generator<string> {
  const inJson = json(value);
  if (inJson) {
    for (const [below, text] of leaves(inJson)) yield* formsOf(below, text);
    return;
  }
  const password = /^[a-z][a-z0-9+.-]*:\/\/[^\s/:@]*:([^\s/@]+)@/i.exec(value)?.[1];
  if (password !== undefined) yield* written(decoded(password));
  if (isSecret(key, value.trim())) yield* written(value.trim());
  // A file of users, say: what looks like a key in it is one.
  if (/\s/.test(value.trim()))
    for (const word of value.split(BETWEEN_WORDS)) if (looksRandom("", word)) yield* written(word);
}

function* written(value: string): Generator<string> {
  if (value.length < SHORTEST || isCommon(value)) return;
  yield value;
  yield Buffer.from(value).toString("base64");
  yield encodeURIComponent(value);
}

/** A Secret also keeps what is none: a user's name, a host, a certificate that everybody may see. */
function isSecret(key: string, value: string): boolean {
  if (/-----BEGIN (?!.*PRIVATE)/.test(value) || OPEN_KEYS.test(key)) return secretIn(value) !== undefined;
  return namesSecret(key) || secretIn(value) !== undefined || looksRandom("", value) || isMixed(value);
}

const OPEN_KEYS =
  /(?:^|[-_.])(?:user|username|login|host|hostname|address|endpoint|port|db|dbname|database|schema|region|bucket|email|name|id|type|mode|sslmode|ca\.crt|tls\.crt|url|uri|namespace|version|issuer|audience)$/i;

/** Letters of both cases with digits among them, or signs that names do not have: nobody calls a thing so. */
function isMixed(value: string): boolean {
  if (/\s/.test(value) || !/\d/.test(value) || !/[a-z]/.test(value)) return false;
  const changes = value.match(/[A-Za-z](?=\d)|\d(?=[A-Za-z])/g)?.length ?? 0;
  return (/[A-Z]/.test(value) && changes >= 3) || /[!#%^~$]/.test(value);
}

/** A word, or a number, that may stand anywhere without a meaning. */
function isCommon(value: string): boolean {
  return /^(?:[a-z]{1,12}|[A-Z]{1,12}|[A-Z][a-z]{1,11}|\d{1,10})$/.test(value);
}

function json(value: string): object | undefined {
  if (!/^\s*[[{]/.test(value)) return undefined;
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function* leaves(value: unknown, key = "", depth = 0): Generator<[key: string, text: string]> {
  if (typeof value === "string") yield [key, value];
  else if (typeof value === "object" && value !== null && depth < DEEPEST)
    for (const [below, item] of Object.entries(value)) yield* leaves(item, below, depth + 1);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The text as a whole, each of its lines, and what stands between separators: of words, of a URL, of an assignment. */
function* partsOf(text: string): Generator<string> {
  if (text.length <= LONGEST_WHOLE) yield text.trim();
  for (const line of text.split(/[\r\n]+/)) {
    yield line.trim();
    for (const word of line.split(BETWEEN_WORDS)) {
      yield word;
      // `-phunter2`
      if (/^-[A-Za-z]/.test(word)) yield word.slice(2);
    }
    yield* line.split(/[\s"'`,;<>()[\]{}|=&?#]+/);
    yield* line.split(/[\s"'`,;<>()[\]{}|=&?#:/@]+/);
  }
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("base64");
}
