import { embedded } from "./embedded.ts";
import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";
import { someKnown } from "./unknown.ts";

/** One alerting rule of Prometheus, wherever it stands. */
export interface Alert {
  readonly object: StackObject;
  /** The rule itself: `alert`, `expr`, `for`, `labels`, `annotations`. */
  readonly rule: Field;
  readonly group: Field;
}

const RESOURCES = new Set(["monitoring.coreos.com/PrometheusRule", "operator.victoriametrics.com/VMRule"]);
const AMAZON = "aws:amp/ruleGroupNamespace:RuleGroupNamespace";

/** Whether an object holds alerting rules: a resource for them, or a ConfigMap with a file of them. */
export function holdsAlerts(object: StackObject): boolean {
  if (object.resource.type === AMAZON || RESOURCES.has(`${object.group}/${object.kind}`)) return true;
  return isConfigMap(object) && someKnown(object.root.at("data").entries(), ([key, text]) => isRuleFile(key, text));
}

/** The alerting rules in an object, in their order. Recording rules are left out. */
export function alertsOf(object: StackObject): Alert[] {
  return groupsOf(object).flatMap((group) =>
    group
      .at("rules")
      .items()
      .filter((rule) => !rule.at("alert").absent)
      .map((rule) => ({ object, rule, group })),
  );
}

/** What a label of an alert is before it fires: its own, else its group's. */
export function labelOf({ rule, group }: Alert, name: string): string | undefined {
  if (name === "alertname") return rule.at("alert").text();
  return rule.at("labels", name).text() ?? group.at("labels", name).text();
}

function groupsOf(object: StackObject): Field[] {
  const { root } = object;
  if (object.resource.type === AMAZON) return embedded(root, "data").at("groups").items();
  if (!isConfigMap(object)) return root.at("spec", "groups").items();
  const files = root
    .at("data")
    .entries()
    .filter(([key, text]) => isRuleFile(key, text));
  return files.flatMap(([key]) => embedded(root.at("data"), key).at("groups").items());
}

function isConfigMap({ group, kind }: StackObject): boolean {
  return group === "" && kind === "ConfigMap";
}

/** By what it says, not by whether it can be read: a file that is broken must be told of. */
function isRuleFile(key: string, field: Field): boolean {
  if (!/\.(?:ya?ml|json|rules)$/.test(key)) return false;
  const text = field.text() ?? "";
  return /\bgroups"?\s*:/.test(text) && /[\s{[,-]"?alert"?\s*:\s/.test(text);
}
