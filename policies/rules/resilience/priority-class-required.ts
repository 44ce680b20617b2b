import { makesPods, podOf } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";

export const priorityClassRequired = defineRule({
  id: "priority-class-required",
  section: "resilience",
  title: "Pods say how important they are, by a PriorityClass",
  severity: "low",
  why: "when nodes are lost and room is short, pods without a class all count the same: a report may keep the checkout waiting",
  fix: "priorityClassName: <class>",
  frameworks: [],
  scope: "resource",
  optOut: "priority",
  exemptable: true,
  params: {},
  subjects: makesPods,
  *check(object) {
    const name = podOf(object).spec.at("priorityClassName");
    if (!name.text()) yield violation(name, "the name of a PriorityClass", { fix: `${name.path}: <class>` });
  },
});
