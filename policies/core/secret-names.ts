import {
  ABOUT,
  CLOSED_KEYS,
  METHODS,
  NO_SECRETS,
  OBJECTS,
  OPEN_KEYS,
  PAIRS,
  PERHAPS,
  QUALIFIERS,
  SECRET,
  SECRET_ANYWHERE,
  SECRET_ENDINGS,
  SWITCHES,
} from "./secret-vocabulary.ts";

/**
 * What a name says of its value. `plainly`: whatever is written there is secret. `key`: so is what is no address and no
 * path of words. `perhaps`: nor any one word.
 */
export type Claim = "plainly" | "key" | "perhaps";

/** What a name (of a variable, a key, an option) says of its value; undefined if it speaks of no secret. */
export function claimOf(name: string): Claim | undefined {
  const words = wordsOf(name);
  while (words.length > 1 && QUALIFIERS.has(words.at(-1) ?? "")) words.pop();
  const [last = "", before = ""] = words.toReversed();
  if (ABOUT.has(last)) return undefined;
  if (endsSecret(last)) return isDoubtful(words, last, before) ? "perhaps" : "plainly";
  if (last === "key" || last === "keys") return claimOfKey(before);
  // What these programs call so is their password.
  if ((last === "auth" && /^redis/.test(before)) || (last === "cookie" && before === "erlang")) return "plainly";
  return PERHAPS.has(last) || words.some((word) => SECRET_ANYWHERE.has(word)) ? "perhaps" : undefined;
}

/** Whether a name says that its value may be secret. */
export function namesSecret(name: string): boolean {
  return claimOf(name) !== undefined;
}

/** Whether a value is a secret by its name, for what it looks like. */
export function isSecretUnder(name: string, value: string): boolean {
  const claim = claimOf(name);
  if (claim === undefined || harmless(value)) return false;
  if (claim === "plainly") return true;
  const text = value.trim();
  if (claim === "key") return !ordinary(text) || /^[A-Za-z]+$/.test(text);
  const isPair = PAIRS.has(wordsOf(name).at(-1) ?? "") && /^[^:\s/]+:[^:\s/]+$/.test(text);
  return isPair || !ordinary(text);
}

/** `dbPassword2` is `db` and `password`. */
function wordsOf(name: string): string[] {
  return name
    .slice(0, 256)
    .replace(/([a-z0-9])([A-Z])/g, "$1_$2")
    .toLowerCase()
    .replace(/api[_\-. ]?key/g, "apikey")
    .split(/[^a-z0-9]+/)
    .map((word) => (QUALIFIERS.has(word) ? word : word.replace(/\d{1,4}$/, "")))
    .filter((word) => word !== "");
}

function endsSecret(word: string): boolean {
  return SECRET.has(word) || (SECRET_ENDINGS.test(word) && !NO_SECRETS.has(word) && !PERHAPS.has(word));
}

/** A switch, or the name of a Secret. */
function isDoubtful(words: readonly string[], last: string, before: string): boolean {
  return (words.length > 1 && SWITCHES.has(words[0] ?? "")) || (last === "secret" && OBJECTS.has(before));
}

function claimOfKey(before: string): Claim | undefined {
  if (before === "") return "perhaps";
  if (OPEN_KEYS.has(before)) return undefined;
  return CLOSED_KEYS.has(before) ? "plainly" : "key";
}

/** References that are filled in later: by Kubernetes, a shell, a template, CloudFormation or AWS; and placeholders. */
const REFERENCES = [
  /^\$\{[\w.[\]"'*-]+(?::[-?]?)?\}$/,
  /^\$\{\w+:?\?[^{}]*\}$/,
  /^\$\([^()]+\)$/,
  /^`[^`]+`$/,
  /^\$[A-Za-z_]\w*$/,
  /^\{\{[^{}]*\}\}$/,
  /^\{\{resolve:[\w:/.-]+\}\}$/,
  /^arn:[\w-]*:(?:secretsmanager|ssm|kms):/,
  /^<[^<>]*>$/,
  /^%(?:[A-Za-z_]\w*%|\(\w+\)s|s)$/,
  /^\*+$/,
  // Stripe's publishable keys are made to be seen.
  /^pk_(?:live|test)_\w+$/,
  // Where it is, not what it is.
  /^(?:\/[\w.-]+){2,}$/,
  /^[\w./-]{1,255}\.(?:key|pem|crt|cer|json|ya?ml|txt|p12|pfx|jks|conf|ini|csv|toml|env)$/,
];

/** Whether a value cannot be a secret, whatever its name: nothing, a switch, a path, or a reference that is filled in later. */
export function harmless(value: string): boolean {
  const text = value.trim();
  return /^(?:true|false|yes|no|on|off|null|none|nil)?$/i.test(text) || REFERENCES.some((form) => form.test(text));
}

/** Longer than any name or path that stands for itself. */
const LONGEST_ORDINARY = 256;

/** Whether a value looks like a word, words between separators, a path, a number with its unit, or an address. */
export function ordinary(text: string): boolean {
  if (/^[a-z][a-z0-9+.-]{1,20}:\/\//i.test(text)) return true;
  if (text.length > LONGEST_ORDINARY || looksRandom("", text)) return false;
  if (/^[+-]?(?:\d{1,12}(?:\.\d{1,6})?[a-z%]{0,3}){1,4}$/i.test(text) || METHODS.has(text.toLowerCase())) return true;
  const parts = text.split(/[-_.:/,@ ]+/);
  if (parts.length === 1) return /^[A-Za-z]+$/.test(text) && isWord(text);
  return parts.every((part) => /^[{<]?(?:[A-Za-z]*\d{0,3}|\d{4}|\*)[}>]?$/.test(part) && isWord(part));
}

function isWord(part: string): boolean {
  return changesOfCase(part) <= Math.max(2, part.length / 3);
}

/** Names of what looks random and is no secret. */
const FINGERPRINT =
  /(?:^|[^a-z])(?:id|uuid|guid|version|tag|commit|revision|digest|hash|checksum|sha\d*|etag|build|arn|publishable[-_.]?key|public[-_.]?key)s?$/i;
const HEX = /^(?=.*\d)(?=.*[a-f])[0-9a-f]{32,}$/i;
const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
/** Random text of a key's length: shorter ones cannot be told from names, and longer ones than keys are data. */
const RANDOM = { shortest: 24, longest: 256 };
/** Bits for each character. English and names of things stay under 3.6, base64 and hex of random bytes above it. */
const RANDOM_ENTROPY = 3.6;

/** Whether a value is random text, as keys are, under a name that does not say it is an id or a fingerprint. */
export function looksRandom(name: string, value: string): boolean {
  if (value.length > RANDOM.longest || value.length < RANDOM.shortest || UUID.test(value)) return false;
  const spaced = name.slice(-256).replace(/([a-z0-9])([A-Z])/g, "$1_$2");
  if (FINGERPRINT.test(spaced) || harmless(value)) return false;
  if (HEX.test(value)) return true;
  // An option or a path begins otherwise than keys do.
  if (!/^[A-Za-z0-9+_][A-Za-z0-9+/_-]*={0,2}$/.test(value)) return false;
  const mixed = (/\d/.test(value) && /[A-Za-z]/.test(value)) || changesOfCase(value) >= value.length / 3;
  const words = value.split(/[-_/]/).every((part) => /^([a-z]+|[A-Z]+|[A-Z][a-z]+)?\d{0,4}$/.test(part));
  return mixed && !words && entropy(value) >= RANDOM_ENTROPY;
}

/** How often a capital stands beside a small letter: names have two for each word, random letters one for every two. */
function changesOfCase(text: string): number {
  return text.match(/[a-z](?=[A-Z])|[A-Z](?=[a-z])/g)?.length ?? 0;
}

/** Shannon entropy in bits for each character. */
function entropy(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  return [...counts.values()].reduce((sum, count) => sum - (count / text.length) * Math.log2(count / text.length), 0);
}
