import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { looksRandom } from "../../core/secret-words.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** A text that stands in clear in an object, where whoever may look at the object reads it. */
export interface ClearText {
  readonly field: Field;
  /** What the object calls it: the variable, the key, the option. Empty where it has no name of its own. */
  readonly name: string;
  readonly text: string;
}

/** Secrets of protocols, which options hold themselves. */
const OWN_SECRETS =
  /(?:client|app|api|shared|consumer|oauth|session|cookie|jwt|hmac|signing|access|token)[-_.]?secrets?$/i;

export type Place = "env" | "args" | "configmap";

export function isConfigMap({ group, kind }: StackObject): boolean {
  return group === "" && kind === "ConfigMap";
}

/** The texts of some places of a Kubernetes object. */
export function* clearTexts(object: StackObject, places: readonly Place[]): Generator<ClearText> {
  if (isConfigMap(object) && places.includes("configmap")) yield* inConfigMap(object);
  if (!makesPods(object)) return;
  yield* eachKnown(containersOf(object), function* ({ field }) {
    if (places.includes("env")) yield* inEnv(field);
    if (places.includes("args")) yield* inArgs(field);
  });
}

function* inConfigMap(object: StackObject): Generator<ClearText> {
  yield* inMap(object.root.at("data"), (text) => text);
  yield* inMap(object.root.at("binaryData"), (text) => Buffer.from(text, "base64").toString("latin1"));
}

/** A map that is a secret as a whole is told as one text. */
function* inMap(map: Field, decode: (text: string) => string): Generator<ClearText> {
  if (map.secret) yield later(map, "", () => "");
  else for (const [name, field] of map.entries()) yield later(field, name, () => decode(field.text() ?? ""));
}

/** A text that is read when it is asked for: of a secret of Pulumi, only the field can be told. */
export function later(field: Field, name: string, read: () => string): ClearText {
  return {
    field,
    name,
    get text() {
      return read();
    },
  };
}

function inEnv(container: Field): Iterable<ClearText> {
  return eachKnown(container.at("env").items(), function* (variable) {
    const field = variable.at("value");
    yield later(field, variable.at("name").text() ?? "", () => field.text() ?? "");
  });
}

/** `--token=abc` is called `token`, and its text is what follows. */
function inArgs(container: Field): Iterable<ClearText> {
  const words = [...container.at("command").items(), ...container.at("args").items()];
  return eachKnown(words, function* (field) {
    if (field.secret) return yield later(field, "", () => field.text() ?? "");
    const text = field.text() ?? "";
    const [, name = "", value = text] = /^--?([\w.-]+)=(.*)$/s.exec(text) ?? [];
    yield { field, name: namesObject(name, value) ? "" : name, text: value };
  });
}

/** Options such as `--webhook-serving-secret=shop/webhook-tls` say which Secret, not what is in it. */
function namesObject(name: string, value: string): boolean {
  if (!/(?:^|[-_.])secrets?$/i.test(name) || OWN_SECRETS.test(name)) return false;
  return /^(?:[a-z0-9-]{1,63}\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(value) && !looksRandom("", value);
}
