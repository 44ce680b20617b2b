import { isOperated } from "../../core/operated.ts";
import { shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isWindows } from "./operating-system.ts";
import { containerContexts } from "./security-context.ts";

export const readonlyRootfsRequired = defineRule({
  id: "readonly-rootfs-required",
  section: "security",
  title: "Containers cannot write to their own image's files",
  severity: "medium",
  why: "who breaks in can else leave tools behind or change the program, and what a program writes there fills its node",
  fix: "securityContext: { readOnlyRootFilesystem: true }, with an emptyDir mounted at each path that the program writes to",
  frameworks: ["NSA:C-0017"],
  scope: "resource",
  optOut: "readOnlyRootFilesystem",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    if (isWindows(object)) return;
    const unsaid = isOperated(object) ? true : undefined;
    yield* eachKnown(containerContexts(object), function* (context) {
      const field = context.at("readOnlyRootFilesystem");
      if ((field.boolean() ?? unsaid) === true) return;
      yield violation(field, "true", { fix: `${field.path}: true, with an emptyDir at each path that it writes to` });
    });
  },
});
