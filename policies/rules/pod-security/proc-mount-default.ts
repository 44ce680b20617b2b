import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { containerContexts } from "./security-context.ts";
import { hasOwnUsers } from "./user-namespace.ts";

export const procMountDefault = defineRule({
  id: "proc-mount-default",
  section: "security",
  title: "Containers see /proc as the runtime masks it",
  severity: "medium",
  why: "unmasked, /proc shows the node's memory and lets a container change settings of its kernel",
  fix: "take procMount out of the container's securityContext, or set it to Default",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {
    level: {
      type: "string",
      enum: ["restricted", "baseline"],
      default: "restricted",
      description: "baseline: pods with users of their own (hostUsers: false) may unmask it. restricted: nobody may.",
    },
  },
  subjects: shapesPods,
  *check(object, { level }) {
    if (level === "baseline" && hasOwnUsers(object)) return;
    yield* eachKnown(containerContexts(object), function* (context) {
      const field = context.at("procMount");
      if ((field.text() ?? "Default") !== "Default")
        yield violation(field, "Default, or not set", { fix: `${field.path}: Default` });
    });
  },
});
