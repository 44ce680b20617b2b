import { isPropertyMap, type PropertyMap, type PropertyValue, reveal, Secret } from "../rpc/index.ts";
import { LAST_APPLIED } from "./annotations.ts";
import { changeMap } from "./convert.ts";

/** Fields of a `Secret` (v1) that are secret whether or not the program says so. */
const SECRET_FIELDS = ["data", "stringData"];
/** Shorter secrets (`"1"`, `"yes"`) would mark half the state; they are kept where they were given. */
const SHORTEST_TRACED = 4;

/**
 * Marks what is secret in a live object: what was secret in the inputs, the data of a `Secret`, what `kubectl apply`
 * noted down, and every text in which a secret of the inputs turns up again, as it is or in base64.
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
    else if (secretTexts(given).size > 0 || isMarked(given)) marked[key] = new Secret(value);
  }
  return marked;
}

function isMarked(value: PropertyValue): boolean {
  if (value instanceof Secret) return true;
  if (Array.isArray(value)) return value.some(isMarked);
  return isPropertyMap(value) && Object.values(value).some(isMarked);
}

/** Every text that is secret in a value, as it is and in base64, longest first. */
function secretTexts(value: PropertyValue): ReadonlySet<string> {
  const found = new Set<string>();
  collect(value, false, found);
  const forms = [...found].filter((text) => text.length >= SHORTEST_TRACED);
  const encoded = forms.map((text) => Buffer.from(text).toString("base64"));
  const decoded = forms.map((text) => Buffer.from(text, "base64").toString("utf8")).filter(isPlainText);
  return new Set([...forms, ...encoded, ...decoded].sort((a, b) => b.length - a.length));
}

function isPlainText(text: string): boolean {
  return text.length >= SHORTEST_TRACED && /^[\x20-\x7e\s]+$/.test(text);
}

function collect(value: PropertyValue, secret: boolean, found: Set<string>): void {
  if (value instanceof Secret) collect(reveal(value), true, found);
  else if (Array.isArray(value)) for (const item of value) collect(item, secret, found);
  else if (isPropertyMap(value)) for (const item of Object.values(value)) collect(item, secret, found);
  else if (secret && typeof value === "string") found.add(value);
}

function markTraces(value: PropertyValue, texts: ReadonlySet<string>): PropertyValue {
  if (texts.size === 0) return value;
  if (typeof value === "string") return [...texts].some((text) => value.includes(text)) ? new Secret(value) : value;
  if (Array.isArray(value)) return value.map((item) => markTraces(item, texts));
  if (!isPropertyMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, markTraces(item, texts)]));
}

/** A message without the secrets of these inputs: the API server quotes the values that it refuses. */
export function redact(message: string, inputs: PropertyMap): string {
  let clean = message;
  for (const text of secretTexts(markWellKnown(inputs))) clean = clean.replaceAll(text, "[secret]");
  return clean;
}
