import { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import { anyOf, type Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Whether a Service of its namespace sends requests to the pods that an object makes. */
export function isServed(object: StackObject, stack: Stack): boolean {
  const { labels } = podOf(object);
  const services = stack.maySelect("", "Service", selectorOf, object.namespace, labels);
  return anyOf(
    services,
    (service) =>
      service.namespace === object.namespace &&
      service.root.at("spec", "selector").entries().length > 0 &&
      selects(selectorOf(service), labels),
  );
}

/** A Service's selector, which is labels alone, in the form of all other selectors. */
function selectorOf(service: StackObject): Field {
  return new Field({ matchLabels: service.root.at("spec", "selector").value }, service.root.at("spec"), "selector");
}
