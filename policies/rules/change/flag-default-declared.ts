import { embedded } from "../../core/embedded.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

const STATES = ["ENABLED", "DISABLED"];

export const flagDefaultDeclared = defineRule({
  id: "flag-default-declared",
  section: "releases",
  title: "A feature flag has a default variant that exists, and serves only variants that exist",
  severity: "medium",
  why: "flagd refuses a file with one such flag: every flag in it then stays as it was, or falls back to what the code says",
  fix: "defaultVariant: <one of the flag's variants>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: holdsFlags,
  *check(object) {
    yield* eachKnown(flagsOf(object), ([, flag]) => wrongIn(flag));
  },
});

function* wrongIn(flag: Field): Generator<Violation> {
  const variants = flag.at("variants").entries();
  const names = variants.map(([name]) => name);
  const allowed = `one of its variants: ${names.join(", ") || "it has none"}`;
  if (names.length === 0)
    yield violation(flag.at("variants"), "at least one variant", {
      fix: `${flag.at("variants").path}: { on: true, off: false }`,
    });
  const kinds = new Set(variants.map(([, value]) => typeof value.value));
  if (kinds.size > 1)
    yield {
      path: flag.at("variants").path,
      given: `of the types ${[...kinds].join(" and ")}`,
      wanted: "values of one type",
    };
  const standard = flag.at("defaultVariant");
  if (!names.includes(standard.text() ?? ""))
    yield violation(standard, allowed, { fix: `${standard.path}: ${names.at(-1) ?? "off"}` });
  const state = flag.at("state");
  if (!STATES.includes(state.text() ?? ""))
    yield violation(state, STATES.join(" or "), { fix: `${state.path}: ENABLED` });
  yield* eachKnown(served(flag.at("targeting")), function* (variant) {
    if (typeof variant.value === "string" && !names.includes(variant.value)) yield violation(variant, allowed);
  });
}

/** What targeting may serve: the branches of its ifs, and the parts of its shares. */
function served(logic: Field): Field[] {
  if (typeof logic.value === "string") return [logic];
  if (typeof logic.value !== "object" || logic.value === null || Array.isArray(logic.value)) return [];
  const branches = logic.at("if").items();
  const shares = logic.at("fractional").items();
  return [
    ...branches.filter((_, index) => index % 2 === 1 || index === branches.length - 1).flatMap(served),
    ...shares.filter((share) => Array.isArray(share.value)).flatMap((share) => share.items().slice(0, 1)),
  ];
}

function holdsFlags(object: StackObject): boolean {
  if (object.group === "core.openfeature.dev") return /^FeatureFlag(?:Configuration)?$/.test(object.kind ?? "");
  if (object.group !== "" || object.kind !== "ConfigMap") return false;
  return someKnown(object.root.at("data").entries(), ([key, text]) => isFlagFile(key, text));
}

function flagsOf(object: StackObject): [string, Field][] {
  const { root } = object;
  if (object.group === "core.openfeature.dev") return root.at("spec", "flagSpec", "flags").entries();
  const files = root
    .at("data")
    .entries()
    .filter(([key, text]) => isFlagFile(key, text));
  return files.flatMap(([key]) => embedded(root.at("data"), key).at("flags").entries());
}

/** By what it says, not by whether it can be read: a file that is broken must be told of. */
function isFlagFile(key: string, field: Field): boolean {
  if (!/\.(?:json|ya?ml)$/.test(key)) return false;
  const text = field.text() ?? "";
  return /flagd\.dev\/schema/.test(text) || (/\bflags"?\s*:/.test(text) && /\bvariants"?\s*:/.test(text));
}
