import type { Field } from "../../core/field.ts";
import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";
import { containerContexts, securityContexts } from "./security-context.ts";

export const privilegedForbidden = defineRule({
  id: "privileged-forbidden",
  section: "security",
  title: "No container is privileged, and none is a process of a Windows node",
  severity: "critical",
  why: "it has the node's devices and all its rights: who breaks into the container owns the node and every pod on it",
  fix: "securityContext: { privileged: false }",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["privileged", "hostProcess"] },
      default: ["privileged", "hostProcess"],
      description: "What is looked for: privileged on Linux, windowsOptions.hostProcess on Windows.",
    },
  },
  subjects: shapesPods,
  *check(object, { fields }) {
    yield* eachKnown(switches(object, fields), function* (field) {
      if (field.boolean()) yield violation(field, "false, or not set", { fix: `${field.path}: false` });
    });
  },
});

/** A pod as a whole can be a process of its node, but only a container can be privileged. */
function* switches(object: StackObject, fields: readonly string[]): Generator<Field> {
  if (fields.includes("hostProcess"))
    for (const context of securityContexts(object)) yield context.at("windowsOptions", "hostProcess");
  if (fields.includes("privileged")) for (const context of containerContexts(object)) yield context.at("privileged");
}
