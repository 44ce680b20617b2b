import { isPropertyMap, Output, type PropertyMap, type PropertyValue, reveal, Secret } from "../rpc/index.ts";
import { LAST_APPLIED } from "./annotations.ts";
import { changeMap } from "./convert.ts";

/** Fields of a `Secret` (v1) that are secret whether or not the program says so. */
const SECRET_FIELDS = ["data", "stringData"];
/** Shorter secrets (`"1"`, `"yes"`) would mark half the state; they are kept where they were given. */
const SHORTEST_TRACED = 4;
/** Shorter lines of a longer secret (`kind: Secret`, `}`) are found in many messages that tell nothing. */
const SHORTEST_LINE = 16;

/**
 * Marks what is secret in a live object: what was secret in the inputs, the data of a `Secret`, what `kubectl apply`
 * noted down, and every text in which a secret of the inputs turns up again, as it is, in base64 or inside JSON.
 */
export function markSecrets(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const marked = markLike(live, inputs);
  return markTraces(markWellKnown(marked), secretTexts(inputs)) as PropertyMap;
}

/** Marks the parts of an object that are secret by their nature; inputs and live objects alike. */
export function markWellKnown(object: PropertyMap): PropertyMap {
  let marked = object;
  if (object.kind === "Secret" && object.apiVersion === "v1")
    for (const field of SECRET_FIELDS) {
      const value = marked[field];
      if (value !== undefined && !(value instanceof Secret)) marked = { ...marked, [field]: new Secret(value) };
    }
  const annotations = isPropertyMap(marked.metadata) ? marked.metadata.annotations : undefined;
  if (!isPropertyMap(annotations) || annotations[LAST_APPLIED] === undefined) return marked;
  return changeMap(marked, "metadata", (metadata) => changeMap(metadata, "annotations", hideLastApplied));
}

function hideLastApplied(annotations: PropertyMap): PropertyMap {
  const noted = annotations[LAST_APPLIED];
  return noted === undefined || noted instanceof Secret
    ? annotations
    : { ...annotations, [LAST_APPLIED]: new Secret(noted) };
}

/** Copies secret marks by place. A list with any secret in it is secret whole: its order may have changed. */
function markLike(live: PropertyMap, inputs: PropertyMap): PropertyMap {
  const marked: Record<string, PropertyValue> = { ...live };
  for (const [key, given] of Object.entries(inputs)) {
    const value = live[key];
    if (value === undefined || value instanceof Secret) continue;
    if (isPropertyMap(value) && isPropertyMap(given)) marked[key] = markLike(value, given);
    else if (isMarked(given)) marked[key] = new Secret(value);
  }
  return marked;
}

function isMarked(value: PropertyValue): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(isMarked);
  return isPropertyMap(value) && Object.values(value).some(isMarked);
}

/** Every text that is secret in a value: as it is, in base64 and out of it, and as these stand in quotes. */
function secretTexts(value: PropertyValue): readonly string[] {
  const found = new Set<string>();
  collect(value, false, found);
  const texts = [...found].flatMap((text) => [text, text.trim()]).filter((text) => text.length >= SHORTEST_TRACED);
  const encoded = texts.map((text) => Buffer.from(text).toString("base64"));
  const decoded = texts.flatMap(decode).flatMap((text) => [text, text.trim()]);
  return [...new Set([...texts, ...encoded, ...decoded].flatMap(inQuotes))];
}

/** What a text is in base64, if it is that of a readable text. */
function decode(text: string): string[] {
  const plain = Buffer.from(text, "base64").toString("utf8");
  const isBase64 = Buffer.from(plain).toString("base64") === text;
  return isBase64 && plain.trim().length >= SHORTEST_TRACED && !/[^\P{C}\s]/u.test(plain) ? [plain] : [];
}

/** A text as it stands between quotes: in JSON, in JSON inside JSON, in Go's JSON, and as Go quotes it in an error. */
function inQuotes(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  if (json === text && !/[<>&\u007f\u2028\u2029]/.test(text)) return [text];
  const code = (letter: string, width: number) => letter.charCodeAt(0).toString(16).padStart(width, "0");
  const goJson = json.replace(/[<>&\u2028\u2029]/g, (letter) => `\\u${code(letter, 4)}`);
  const goQuoted = json
    .replace(/\\u00([01][0-9a-f])/g, (_, hex: string) => ({ "07": "\\a", "0b": "\\v" })[hex] ?? `\\x${hex}`)
    .replace(/\u007f/g, "\\x7f");
  return [text, json, JSON.stringify(json).slice(1, -1), goJson, goQuoted];
}

function collect(value: PropertyValue, secret: boolean, found: Set<string>): void {
  if (value instanceof Secret) collect(reveal(value), true, found);
  else if (value instanceof Output) collect(value.value ?? null, secret || value.secret, found);
  else if (Array.isArray(value)) for (const item of value) collect(item, secret, found);
  else if (isPropertyMap(value)) for (const item of Object.values(value)) collect(item, secret, found);
  else if (secret && typeof value === "string") found.add(value);
}

function markTraces(value: PropertyValue, texts: readonly string[]): PropertyValue {
  if (texts.length === 0) return value;
  if (typeof value === "string") return texts.some((text) => value.includes(text)) ? new Secret(value) : value;
  if (Array.isArray(value)) return value.map((item) => markTraces(item, texts));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, markTraces(item, texts)]));
}

/**
 * Takes the secrets of these properties out of messages: the API server quotes the values that it refuses. Of a secret
 * with several lines, such as a key in PEM, each longer line is taken out by itself too.
 */
export function redactor(properties: readonly PropertyMap[]): (message: string) => string {
  let texts: readonly string[] | undefined;
  return (message) => {
    texts ??= textsToRedact(properties);
    return texts.reduce((clean, text) => clean.replaceAll(text, "[secret]"), message);
  };
}

/** Longest first: what is a part of another must not break it up. */
function textsToRedact(properties: readonly PropertyMap[]): readonly string[] {
  const whole = properties.flatMap((map) => secretTexts(markWellKnown(map)));
  const lines = whole
    .filter((text) => text.includes("\n"))
    .flatMap((text) => text.split("\n").map((line) => line.trim()));
  const long = lines.filter((line) => line.length >= SHORTEST_LINE).flatMap(inQuotes);
  return [...new Set([...whole, ...long])].sort((a, b) => b.length - a.length);
}
