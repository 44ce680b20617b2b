import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { awsTexts, isAws } from "./aws-text.ts";
import { type ClearText, clearTexts, isConfigMap } from "./clear-text.ts";
import { SecretValues, SHORTEST } from "./secret-values.ts";

const valuesOf = (stack: Stack) => new SecretValues(stack);
/** Deeper than any object that people write. */
const DEEPEST = 64;
/** Where AWS itself keeps secrets. */
const KEEPERS = /^aws:(?:secretsmanager\/secretVersion:SecretVersion|ssm\/parameter:Parameter)$/;

/** Where AWS is told the password of a user that it keeps: nobody reads it back. Without the numbers of items. */
const TOLD: Readonly<Record<string, readonly string[]>> = {
  "aws:elasticache/user:User": ["authenticationMode.passwords", "passwords", "passwordsWo"],
  "aws:memorydb/user:User": ["authenticationMode.passwords"],
  "aws:mq/broker:Broker": ["users.password"],
};

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
    const values = stack.derived(valuesOf);
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

/** Every text of an object; of a Secret, those outside of where it keeps its values. */
function* textsOf(object: StackObject): Generator<ClearText> {
  if (isAws(object)) {
    const told = TOLD[object.resource.type] ?? [];
    for (const text of awsTexts(object)) if (!told.includes(withoutIndexes(text.field.path))) yield text;
    return;
  }
  if (isConfigMap(object)) yield* clearTexts(object, ["configmap"]);
  const isSecret = object.group === "" && object.kind === "Secret";
  const seen = new Set<object>();
  yield* eachKnown(object.root.entries(), function* ([key, field]) {
    if (!isSecret || key === "metadata") yield* leavesOf(field, key, 0, seen);
  });
}

function withoutIndexes(path: string): string {
  return path.replaceAll(/\[\d+\]/g, "");
}

/** What stands in several places, or in itself, is read once. */
function* leavesOf(field: Field, name: string, depth: number, seen: Set<object>): Generator<ClearText> {
  const { value } = field;
  if (typeof value === "string") yield { field, name, text: value };
  if (typeof value !== "object" || value === null || depth > DEEPEST || seen.has(value)) return;
  seen.add(value);
  if (Array.isArray(value)) yield* eachKnown(field.items(), (item) => leavesOf(item, name, depth + 1, seen));
  else yield* eachKnown(field.entries(), ([key, below]) => leavesOf(below, key, depth + 1, seen));
}
