import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isWindows } from "./operating-system.ts";
import { containerContexts, settingOf } from "./security-context.ts";
import { hasOwnUsers } from "./user-namespace.ts";

export const highUidRequired = defineRule({
  id: "high-uid-required",
  section: "security",
  title: "Containers run as users and groups that the nodes do not have",
  severity: "low",
  why: "a low number is often a user of the node itself: its files are open to a process that gets out of the container",
  fix: "securityContext: { runAsUser: 10001, runAsGroup: 10001 }",
  frameworks: [],
  scope: "resource",
  optOut: "highUid",
  exemptable: true,
  params: {
    fields: {
      type: "array",
      items: { type: "string", enum: ["runAsUser", "runAsGroup"] },
      default: ["runAsUser", "runAsGroup"],
      description: "What must be set and high.",
    },
    min: {
      type: "integer",
      minimum: 1,
      default: 10_000,
      description: "The lowest number that no node gives to a user of its own.",
    },
  },
  subjects: makesPods,
  *check(object, { fields, min }) {
    if (isWindows(object) || hasOwnUsers(object)) return;
    const pod = podOf(object).spec.at("securityContext");
    const told = new Set<string>();
    yield* eachKnown(containerContexts(object), function* (context) {
      yield* eachKnown(fields, function* (name) {
        const field = settingOf(context, pod, name);
        if ((field.number() ?? 0) >= min || told.has(field.path)) return;
        told.add(field.path);
        yield violation(field, `at least ${min}`, { fix: `${field.path}: ${min + 1}` });
      });
    });
  },
});
