import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { awsTexts, isAws } from "./aws-text.ts";
import { type ClearText, clearTexts } from "./clear-text.ts";
import { SecretValues, SHORTEST } from "./secret-values.ts";

const VALUES = new WeakMap<Stack, SecretValues>();
/** Where AWS itself keeps secrets. */
const KEEPERS = /^aws:(?:secretsmanager\/secretVersion:SecretVersion|ssm\/parameter:Parameter)$/;

export const secretValueTraced = defineRule({
  id: "secret-value-traced",
  section: "security",
  title: "What a Secret keeps stands nowhere else in clear",
  severity: "critical",
  why: "a copy of a secret under an innocent name undoes the Secret: whoever may list pods or read annotations has it, and rotating it forgets the copy",
  fix: "take the copy out, and read the value from the Secret, mounted as a file; then rotate it, for it has been seen",
  frameworks: ["NSA:C-0012"],
  scope: "stack",
  exemptable: false,
  params: {},
  subjects: (object) => (object.kind !== undefined || isAws(object)) && !KEEPERS.test(object.resource.type),
  *check(object, _params, stack) {
    const values = valuesOf(stack);
    let isSeen = false;
    yield* eachKnown(textsOf(object), function* ({ field, text }): Generator<Violation> {
      const kept = values.in(text);
      isSeen ||= text.length >= SHORTEST;
      if (kept === undefined) return;
      yield {
        path: field.path,
        given: `a text in clear with the value that ${kept.label} keeps as ${JSON.stringify(kept.key)}`,
        wanted: "nothing of what a Secret keeps",
        related: [kept.label],
      };
    });
    if (isSeen && values.unknown) throw values.unknown;
  },
});

function valuesOf(stack: Stack): SecretValues {
  const values = VALUES.get(stack) ?? new SecretValues(stack);
  VALUES.set(stack, values);
  return values;
}

function* textsOf(object: StackObject): Generator<ClearText> {
  if (isAws(object)) {
    yield* awsTexts(object);
    return;
  }
  yield* clearTexts(object, ["env", "args", "configmap"]);
  const metadata = [object.root.at("metadata"), ...(makesPods(object) ? [podOf(object).metadata] : [])];
  yield* eachKnown(metadata, (one) =>
    eachKnown(one.at("annotations").entries(), function* ([name, field]) {
      yield { field, name, text: field.text() ?? "" };
    }),
  );
}
