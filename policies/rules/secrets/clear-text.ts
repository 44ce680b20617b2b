import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { looksRandom } from "../../core/secret-names.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { CommandReader, isShellText, type NamedWord, shellNamed } from "./command-secrets.ts";

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

const HANDLERS = [
  ["startupProbe"],
  ["readinessProbe"],
  ["livenessProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
];

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

function inConfigMap(object: StackObject): Iterable<ClearText> {
  const maps = [
    [object.root.at("data"), inText],
    [object.root.at("binaryData"), inBytes],
  ] as const;
  return eachKnown(maps, ([map, texts]) => inMap(map, texts));
}

function* inText(name: string, field: Field): Generator<ClearText> {
  const text = field.text() ?? "";
  yield { field, name, text };
  if (isScript(name, text)) for (const found of shellNamed(text)) yield named(field, found);
}

function inBytes(name: string, field: Field): ClearText[] {
  return [{ field, name, text: Buffer.from(field.text() ?? "", "base64").toString("latin1") }];
}

/** A map that is a secret as a whole is told as one text. */
function* inMap(map: Field, texts: (name: string, field: Field) => Iterable<ClearText>): Generator<ClearText> {
  if (map.secret) yield later(map, "", () => "");
  else
    yield* eachKnown(map.entries(), ([name, field]) =>
      field.secret ? [later(field, name, () => "")] : texts(name, field),
    );
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

function isScript(name: string, text: string): boolean {
  return /\.(?:ba)?sh$/.test(name) || /^#!.{0,40}sh\b/.test(text);
}

function inEnv(container: Field): Iterable<ClearText> {
  return eachKnown(container.at("env").items(), function* (variable) {
    const field = variable.at("value");
    const name = variable.at("name").text() ?? "";
    if (field.secret) return yield later(field, name, () => "");
    const text = field.text() ?? "";
    yield { field, name, text };
    // Options for a program, such as JAVA_OPTS has them.
    if (/^\s*-/.test(text)) for (const found of shellNamed(text)) yield named(field, found);
  });
}

/** What a container runs, and what its probes and hooks run and send. */
function* inArgs(container: Field): Generator<ClearText> {
  yield* eachKnown([container, ...HANDLERS.map((handler) => container.at(...handler))], function* (place) {
    if (place === container) yield* inCommand([...place.at("command").items(), ...place.at("args").items()]);
    else {
      yield* inCommand(place.at("exec", "command").items());
      yield* inCall(place.at("httpGet"));
    }
  });
}

function inCommand(words: Field[]): Iterable<ClearText> {
  const reader = new CommandReader();
  return eachKnown(words, function* (field) {
    if (field.secret) return yield later(field, "", () => "");
    const word = field.text() ?? "";
    yield named(field, reader.read(word));
    if (isShellText(word)) for (const found of shellNamed(word)) yield named(field, found);
  });
}

function named(field: Field, { name, text }: NamedWord): ClearText {
  return { field, name: namesObject(name, text) ? "" : name, text };
}

function* inCall(call: Field): Generator<ClearText> {
  yield* eachKnown([call.at("host"), call.at("path")], function* (field) {
    yield { field, name: "", text: field.text() ?? "" };
  });
  yield* eachKnown(call.at("httpHeaders").items(), function* (header) {
    const field = header.at("value");
    const [name, text] = [header.at("name").text() ?? "", field.text() ?? ""];
    // What a server is told in this header is either `<scheme> <secret>` or the secret.
    if (/^(?:proxy-)?authorization$/i.test(name)) yield { field, name: "password", text: text.replace(/^\w+ +/, "") };
    else yield { field, name, text };
  });
}

/** Options such as `--webhook-serving-secret=shop/webhook-tls` say which Secret, not what is in it. */
function namesObject(name: string, value: string): boolean {
  if (!/(?:^|[-_.])secrets?$/i.test(name) || OWN_SECRETS.test(name)) return false;
  return /^(?:[a-z0-9-]{1,63}\/)?[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(value) && !looksRandom("", value);
}
