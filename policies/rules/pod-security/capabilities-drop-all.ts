import { makesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { isWindows } from "./operating-system.ts";
import { containerContexts } from "./security-context.ts";

export const capabilitiesDropAll = defineRule({
  id: "capabilities-drop-all",
  section: "security",
  title: "Containers drop all capabilities, and add what they need",
  severity: "high",
  why: "a runtime gives every container about fourteen pieces of root's power, such as raw sockets; services need none",
  fix: "securityContext: { capabilities: { drop: [ALL] } }",
  frameworks: ["PSS:restricted"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(object) {
    if (isWindows(object)) return;
    yield* eachKnown(containerContexts(object), function* (context) {
      const drop = context.at("capabilities", "drop");
      // The standards take the name as it is written: "all" is refused at admission.
      if (someKnown(drop.items(), (name) => name.text() === "ALL")) return;
      yield violation(drop, "a list with ALL in it, in capitals", { fix: `${drop.path}: [ALL]` });
    });
  },
});
