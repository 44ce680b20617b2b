import { defineRule } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { isObject, scopeOf } from "./scope.ts";

export const namespaceExplicit = defineRule({
  id: "namespace-explicit",
  section: "maintainability",
  title: "Objects name their namespace, and it is not default",
  severity: "medium",
  why: "default has no quota, no policies and no owner, and what names no namespace lands wherever the last login pointed",
  fix: "metadata.namespace: <namespace>",
  frameworks: [],
  scope: "resource",
  exemptable: true,
  params: {
    unsetOk: {
      type: "boolean",
      default: false,
      description: "Let objects pass that name no namespace: whoever applies them chooses it.",
    },
  },
  subjects: (object) => isObject(object) && scopeOf(object) !== "cluster",
  *check(object, { unsetOk }) {
    const field = object.root.at("metadata", "namespace");
    if (field.text() ? field.text() !== "default" : mayBeUnset(object, unsetOk)) return;
    yield {
      path: field.path,
      given: field.shown(),
      wanted: "a namespace of its own",
      fix: `${field.path}: <namespace>`,
    };
  },
});

/** Whether it may name none: its provider does, or it may belong to the whole cluster. */
function mayBeUnset(object: StackObject, unsetOk: boolean): boolean {
  const { defaultNamespace } = object.resource;
  if (defaultNamespace !== undefined) return defaultNamespace !== "default";
  return unsetOk || scopeOf(object) === "unknown";
}
