import type { Field } from "./field.ts";
import { podOf } from "./pods.ts";
import { readable } from "./sound.ts";
import type { StackObject } from "./stack-object.ts";

const PLAIN = /^(?!(?:true|false|null|yes|no|on|off)$)[A-Za-z][\w./-]*$/i;

/** Labels as a line of YAML, for a fix: `{ app: orders }`. Undefined if there are none, or some are not known or misshapen. */
export function labelText(labels: Field): string | undefined {
  return readable(() => {
    const pairs = labels.entries().map(([key, value]) => `${written(key)}: ${written(value.text() ?? "")}`);
    return pairs.length > 0 ? `{ ${pairs.join(", ")} }` : undefined;
  });
}

/** The labels by which a workload's pods are told from others, as a line of YAML: those of its selector, or of its pods. */
export function podLabelText(workload: StackObject): string {
  const { labels } = podOf(workload);
  return labelText(workload.root.at("spec", "selector", "matchLabels")) ?? labelText(labels) ?? `<${labels.path}>`;
}

function written(text: string): string {
  return PLAIN.test(text) ? text : JSON.stringify(text);
}
