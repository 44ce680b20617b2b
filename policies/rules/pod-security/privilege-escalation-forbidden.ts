import { isOperated } from "../../core/operated.ts";
import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isWindows } from "./operating-system.ts";
import { containerContexts } from "./security-context.ts";

export const privilegeEscalationForbidden = defineRule({
  id: "privilege-escalation-forbidden",
  section: "security",
  title: "No process gets more rights than the one that started it",
  severity: "high",
  why: "else one setuid program in the image is enough to become root in the container, whatever user it starts as",
  fix: "securityContext: { allowPrivilegeEscalation: false }",
  frameworks: ["PSS:restricted", "NSA:C-0016"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    if (isWindows(object)) return;
    const unsaid = isOperated(object) ? false : undefined;
    yield* eachKnown(containerContexts(object), function* (context) {
      const field = context.at("allowPrivilegeEscalation");
      if ((field.boolean() ?? unsaid) !== false) yield violation(field, "false", { fix: `${field.path}: false` });
    });
  },
});
