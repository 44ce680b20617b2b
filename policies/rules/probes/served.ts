import { Field } from "../../core/field.ts";
import { podOf } from "../../core/pods.ts";
import { selects } from "../../core/selector.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** Whether a Service of its namespace selects the pods that an object makes. */
export function isServed(object: StackObject, stack: Stack): boolean {
  return isSelected(object, stack, () => true);
}

/** Whether a Service with an address of its own spreads requests over the pods; a headless one only gives them names. */
export function isBalanced(object: StackObject, stack: Stack): boolean {
  return isSelected(object, stack, (service) => service.root.at("spec", "clusterIP").text() !== "None");
}

function isSelected(object: StackObject, stack: Stack, counts: (service: StackObject) => boolean): boolean {
  const { labels } = podOf(object);
  const services = stack.maySelect("", "Service", selectorOf, object.namespace, labels);
  return anyOf(
    services,
    (service) =>
      service.namespace === object.namespace &&
      service.root.at("spec", "selector").entries().length > 0 &&
      selects(selectorOf(service), labels) &&
      counts(service),
  );
}

/** A Service's selector, which is labels alone, in the form of all other selectors. */
function selectorOf(service: StackObject): Field {
  return new Field({ matchLabels: service.root.at("spec", "selector").value }, service.root.at("spec"), "selector");
}
