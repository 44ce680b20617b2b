import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";

/** Properties that name a resource of AWS to others. */
const NAMES = ["id", "arn", "name", "bucket", "identifier", "clusterIdentifier", "replicationGroupId"];

/**
 * Whether a field of one AWS resource names another: by its id, ARN or name, or as `${orders.arn}`. Before an up most of
 * these are not known, and reading them throws UnknownValue.
 */
export function refersTo(field: Field, object: StackObject): boolean {
  const key = referenceIn(field);
  return key !== undefined && namesOf(object).includes(key);
}

/** What a field names, as one of `namesOf`: whatever is read of `${orders.arn}`, it means `orders`. */
export function referenceIn(field: Field): string | undefined {
  const text = field.text();
  const placeholder = /^\$\{([\w-]+)/.exec(text ?? "")?.[1];
  return placeholder === undefined ? text : placeholderOf(placeholder);
}

/** Every name that others may use of a resource of AWS. */
export function namesOf(object: StackObject): string[] {
  const own = NAMES.map((name) => object.root.at(name).text()).filter((name) => name !== undefined);
  return [placeholderOf(object.resource.name), ...own];
}

function placeholderOf(name: string): string {
  return `\${${name}}`;
}
