import type { Field } from "../../core/field.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { labelsAny, labelsOfNamesake } from "../../core/selected-pods.ts";

export const serviceNotDangling = defineRule({
  id: "service-not-dangling",
  section: "discovery",
  title: "Every Service with a selector has pods of its namespace behind it",
  severity: "high",
  why: "its name resolves and nobody answers: callers get refused connections until somebody compares the labels",
  fix: "spec.selector: the labels of the pods' template, in the Service's own namespace",
  frameworks: [],
  scope: "stack",
  optOut: "dangling",
  exemptable: true,
  params: {},
  subjects: ({ group, kind }) => group === "" && kind === "Service",
  *check(service, _params, stack) {
    const spec = service.root.at("spec");
    const selector = spec.at("selector");
    // Its endpoints are written by somebody else, or it is a name for another host.
    if (selector.entries().length === 0 || spec.at("type").text() === "ExternalName") return;
    if (labelsAny(stack, service.namespace, selector)) return;
    const meant = labelsOfNamesake(stack, service);
    yield violation(selector, `labels of a pod in ${service.namespace}`, {
      given: `${spoken(selector)}, which no pod of ${service.namespace} has`,
      ...(meant !== undefined && { fix: `${selector.path}: ${meant}` }),
    });
  },
});

function spoken(labels: Field): string {
  return labels
    .entries()
    .map(([key, value]) => `${key}=${value.text() ?? ""}`)
    .join(",");
}
