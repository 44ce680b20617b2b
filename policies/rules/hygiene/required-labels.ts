import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isObject } from "./scope.ts";

export const requiredLabels = defineRule({
  id: "required-labels",
  section: "maintainability",
  title: "Objects carry the labels by which people find, own and pay for them",
  severity: "low",
  why: "what nobody can attribute, nobody cleans up, pays for or answers the pager for",
  fix: "metadata.labels: { app.kubernetes.io/name: <name>, app.kubernetes.io/managed-by: <tool> }",
  frameworks: [],
  scope: "resource",
  optOut: "labels",
  exemptable: true,
  params: {
    keys: {
      type: "array",
      items: { type: "string" },
      default: ["app.kubernetes.io/managed-by"],
      description: "The labels that must be there, and not be empty.",
    },
    in: {
      type: "string",
      enum: ["labels", "annotations"],
      default: "labels",
      description: "Where they must be.",
    },
    regex: {
      type: "object",
      additionalProperties: { type: "string" },
      default: {},
      description: "What the values must look like, by key: a regular expression of JavaScript.",
    },
    kinds: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "The kinds that are judged, e.g. Deployment. None: all.",
    },
  },
  subjects: isObject,
  *check(object, { keys, in: place, regex, kinds }) {
    if (kinds.length > 0 && !kinds.includes(object.kind ?? "")) return;
    const holder = object.root.at("metadata", place);
    const wanted = new Set<string>([...keys, ...Object.keys(regex)]);
    yield* eachKnown(wanted, (key) => unlabelled(holder.at(key), regex[key]));
  },
});

function* unlabelled(label: Field, pattern: string | undefined): Generator<Violation> {
  const value = label.text() ?? "";
  if (value !== "" && (pattern === undefined || new RegExp(pattern).test(value))) return;
  yield {
    path: label.path,
    given: label.shown(),
    wanted: pattern === undefined ? "a value" : `a value that matches ${pattern}`,
    fix: `${label.path}: <value>`,
  };
}
