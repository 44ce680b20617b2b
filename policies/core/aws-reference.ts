import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";

/** Properties that name a resource of AWS to others. */
const NAMES = ["id", "arn", "name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId"];

/**
 * Whether a field of one AWS resource names another: by its id, ARN or name, or as `${orders.arn}`. Before an up most of
 * these are not known, and reading them throws UnknownValue.
 */
export function refersTo(field: Field, object: StackObject): boolean {
  const text = field.text();
  if (text === undefined) return false;
  const placeholder = /^\$\{([\w-]+)/.exec(text)?.[1];
  if (placeholder !== undefined) return placeholder === object.resource.name;
  return NAMES.some((name) => {
    const own = object.root.at(name).text();
    return own !== undefined && own === text;
  });
}

/** Whether a text fits a pattern in which `*` stands for any characters. */
export function fits(pattern: string, text: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.+?()[\]{}|]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "s").test(text);
}
