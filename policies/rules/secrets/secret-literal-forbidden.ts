import type { Field } from "../../core/field.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { harmless, namesSecret, secretIn } from "../../core/secret-words.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

export const secretLiteralForbidden = defineRule({
  id: "secret-literal-forbidden",
  section: "security",
  title: "No secret stands in clear in a container's environment, its arguments, or a ConfigMap",
  severity: "critical",
  why: "whoever may list pods or config maps reads it, and so do every log and backup that holds the object",
  fix: "keep it in a Secret, mount that as a file, and pass the file's path: <NAME>_FILE: /var/run/secrets/<...>",
  frameworks: ["NSA:C-0012", "MITRE:C-0012", "SOC2:C-0012"],
  scope: "resource",
  exemptable: false,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["env", "args", "configmap"] },
      default: ["env", "args", "configmap"],
      description: "Where to look.",
    },
  },
  subjects: (object) => makesPods(object) || isConfigMap(object),
  *check(object, { fields }) {
    if (isConfigMap(object)) {
      if (fields.includes("configmap")) yield* inConfigMap(object);
      return;
    }
    yield* eachKnown(containersOf(object), function* ({ field }) {
      if (fields.includes("env")) yield* inEnv(field);
      if (fields.includes("args")) yield* inArgs(field);
    });
  },
});

function isConfigMap(object: StackObject): boolean {
  return object.group === "" && object.kind === "ConfigMap";
}

function inConfigMap(object: StackObject): Iterable<Violation> {
  return eachKnown(object.root.at("data").entries(), ([key, value]) => judged(key, value));
}

function inEnv(container: Field): Iterable<Violation> {
  return eachKnown(container.at("env").items(), (variable) =>
    judged(variable.at("name").text() ?? "", variable.at("value")),
  );
}

function inArgs(container: Field): Iterable<Violation> {
  const words = [...container.at("command").items(), ...container.at("args").items()];
  return eachKnown(words, (word) => {
    const option = /^--?([\w.-]+)=(.*)$/s.exec(word.text() ?? "");
    return judged(option?.[1] ?? "", word, option?.[2]);
  });
}

/** The value itself is never shown: only what gives it away. */
function* judged(name: string, field: Field, value = field.text() ?? ""): Generator<Violation> {
  const seen = secretIn(value);
  if (seen === undefined && (!namesSecret(name) || harmless(value))) return;
  yield {
    path: field.path,
    given: `${seen ?? `a value of ${value.length} characters that ${JSON.stringify(name)} calls a secret`}, in clear`,
    wanted: "a reference to a Secret",
  };
}
