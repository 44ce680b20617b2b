import { awsType, fieldsAt, isAws, numeral, switched } from "./aws.ts";
import type { Field } from "./field.ts";
import { type Violation, violation } from "./rule.ts";
import type { StackObject } from "./stack-object.ts";
import { eachKnown } from "./unknown.ts";

/** What one setting of an AWS resource must be. */
export interface AwsSetting {
  /** Where it stands: `a.b`; `a[].b` means b in every element of a. */
  readonly at: string;
  /** Whether AWS does the right thing where nothing is set. */
  readonly unset: boolean;
  /** Whether what is set is right; asked only where something is. */
  readonly right: (field: Field) => boolean;
  /** For people: `true`; made from the resource where it depends on it. */
  readonly wanted: string | ((root: Field) => string);
  /** What the fix says. Default: what is wanted. */
  readonly value?: string;
  /** Whether the resource has this setting at all. Default: it has. */
  readonly when?: (root: Field) => boolean;
}

/** The settings of each type of resource, by its token. */
export type AwsTable = Readonly<Record<string, readonly AwsSetting[]>>;

/** How a setting may be narrowed. */
export interface Narrowed {
  /** AWS does the right thing where nothing is set. */
  readonly unset?: true;
  readonly when?: (root: Field) => boolean;
}

/** A switch that must be on. */
export function on(at: string, narrowed: Narrowed = {}): AwsSetting {
  return setting(at, (field) => switched(field) === true, "true", narrowed);
}

/** A switch that must be off; where nothing is set, it is, unless said otherwise. */
export function off(at: string, narrowed: Omit<Narrowed, "unset"> = {}): AwsSetting {
  return setting(at, (field) => switched(field) === false, "false", { ...narrowed, unset: true });
}

/** Something must be set; a list must hold something. */
export function filled(at: string, wanted: AwsSetting["wanted"], narrowed: Narrowed = {}): AwsSetting {
  return setting(at, isFilled, wanted, narrowed);
}

/** A text must be one of these, the first of which is advised. */
export function oneOf(at: string, allowed: readonly string[], narrowed: Narrowed = {}): AwsSetting {
  const wanted = allowed.map((value) => JSON.stringify(value)).join(" or ");
  const right: AwsSetting["right"] = (field) => allowed.some((value) => value === field.text());
  return { ...setting(at, right, wanted, narrowed), value: JSON.stringify(allowed[0]) };
}

/** A number must be at least this. */
export function atLeast(at: string, least: number, narrowed: Narrowed = {}): AwsSetting {
  const wanted = `at least ${least}`;
  return { ...setting(at, (field) => (numeral(field) ?? 0) >= least, wanted, narrowed), value: String(least) };
}

/** A setting judged by a test of its own. */
export function setting(
  at: string,
  right: (field: Field) => boolean,
  wanted: AwsSetting["wanted"],
  { unset, when }: Narrowed = {},
): AwsSetting {
  return { at, right, wanted, unset: unset ?? false, ...(when && { when }) };
}

/** Whether a resource is one of a table's. */
export function isIn(table: AwsTable, object: StackObject): boolean {
  return isAws(object) && Object.hasOwn(table, awsType(object));
}

/** What is wrong with a resource by a table. */
export function broken(table: AwsTable, object: StackObject): Generator<Violation> {
  const { root } = object;
  return eachKnown(table[awsType(object)] ?? [], function* ({ at, unset, right, wanted, value, when }) {
    if (when && !when(root)) return;
    yield* eachKnown(fieldsAt(root, at), function* (field) {
      if (field.absent ? unset : right(field)) return;
      const line = typeof wanted === "string" ? wanted : wanted(root);
      yield violation(field, line, { fix: `${field.path}: ${value ?? line}` });
    });
  });
}

function isFilled(field: Field): boolean {
  if (Array.isArray(field.value)) return field.items().length > 0;
  return typeof field.value !== "string" || field.value.trim() !== "";
}

/** Whether something stands at a path: for settings that mean something only then. */
export function has(at: string): (root: Field) => boolean {
  return (root) => fieldsAt(root, at).some((field) => !field.absent && isFilled(field));
}

/** The contrary of a condition. */
export function unless(holds: (root: Field) => boolean): (root: Field) => boolean {
  return (root) => !holds(root);
}

/** Whether the text at a path is one of these. */
export function is(at: string, ...values: readonly string[]): (root: Field) => boolean {
  return (root) => fieldsAt(root, at).some((field) => values.includes(field.text() ?? ""));
}
