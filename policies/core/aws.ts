import { Field } from "./field.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";

/** Tokens that @pulumi/aws keeps for resources which have another one too, by their beginnings. */
const OTHER_TOKENS: readonly (readonly [from: string, to: string])[] = [
  ["aws:alb/", "aws:lb/"],
  ["aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"],
  ["aws:s3/bucketObject:BucketObject", "aws:s3/bucketObjectv2:BucketObjectv2"],
  ["aws:s3/bucketAclV2:BucketAclV2", "aws:s3/bucketAcl:BucketAcl"],
  ["aws:s3/bucketLoggingV2:BucketLoggingV2", "aws:s3/bucketLogging:BucketLogging"],
  ["aws:s3/bucketVersioningV2:BucketVersioningV2", "aws:s3/bucketVersioning:BucketVersioning"],
  [
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
  ],
];

/** Whether a resource is one of @pulumi/aws. */
export function isAws(object: StackObject): boolean {
  return object.resource.type.startsWith("aws:");
}

/** The token under which rules know a resource of @pulumi/aws: `aws:rds/instance:Instance`. */
export function awsType(object: StackObject): string {
  return known(object.resource.type);
}

function known(type: string): string {
  const [from, to] = OTHER_TOKENS.find(([beginning]) => type.startsWith(beginning)) ?? ["", ""];
  return to + type.slice(from.length);
}

/**
 * The fields at a path such as `rootBlockDevice.encrypted` or `ebsBlockDevices[].encrypted`: one, whether something
 * stands there or not, or one for each element of a list.
 */
export function fieldsAt(root: Field, path: string): Field[] {
  return path.split(".").reduce<Field[]>(
    (fields, key) =>
      fields.flatMap((field) => {
        const list = key.endsWith("[]");
        const below = field.at(list ? key.slice(0, -2) : key);
        return list ? below.items() : [below];
      }),
    [root],
  );
}

/** Whether a switch is on: AWS takes "true" for true where it says string. Undefined where nothing is set. */
export function switched(field: Field): boolean | undefined {
  const { value } = field;
  if (value === "true" || value === "false") return value === "true";
  return field.boolean();
}

/** A number, which AWS also takes in quotes. Undefined where nothing is set. */
export function numeral(field: Field): number | undefined {
  const { value } = field;
  return typeof value === "string" && /^\d+$/.test(value) ? Number(value) : field.number();
}

/** One text or a list of them, as policy documents have it; none where nothing is set. */
export function texts(field: Field): string[] {
  const fields = Array.isArray(field.value) ? field.items() : [field];
  return fields.flatMap((item) => item.text() ?? []);
}

/**
 * A policy document, whether it is declared as an object or as JSON text. Undefined for what is not declared here:
 * nothing, or text that is no JSON, such as a reference to a document made elsewhere.
 */
export function documentAt(field: Field): Field | undefined {
  const { value } = field;
  if (field.absent) return undefined;
  if (typeof value !== "string") return field;
  try {
    return new Field(JSON.parse(value), field);
  } catch {
    return undefined;
  }
}

/** The statements of a policy document, which may be one or a list. */
export function statementsOf(document: Field): Field[] {
  const statement = document.at("Statement");
  return Array.isArray(statement.value) ? statement.items() : statement.absent ? [] : [statement];
}

/**
 * The name by which a text points at another resource: `logs` in `${aws_s3_bucket.logs.id}` and `${logs.arn}`, the last
 * part of an ARN, or the text itself. Pulumi's random ending of a made-up name (`logs-1a2b3c4`) is left out.
 */
export function pointedAt(field: Field): string {
  const text = field.text() ?? "";
  const [, reference] = /^\$\{([^}]+)\}/.exec(text) ?? [];
  if (reference === undefined) return withoutEnding(text.startsWith("arn:") ? (text.split(/[:/]/).at(-1) ?? "") : text);
  const parts = reference.replaceAll(/\[[^\]]*\]/g, "").split(".");
  return (parts[0]?.includes("_") && parts.length > 2 ? parts[1] : parts[0]) ?? "";
}

/**
 * What an object points at by a property (or a field within it): the URN of the one resource of that type whose outputs it
 * is made of, where Pulumi knows; else the name that is written there.
 */
export function pointer(object: StackObject, type: string, property: string, field?: Field): string {
  const urns = object.resource.references?.[property]?.filter((urn) => typeIn(urn) === type) ?? [];
  return urns.length === 1 && urns[0] !== undefined ? urns[0] : pointedAt(field ?? object.root.at(property));
}

/** The type in `urn:pulumi:<stack>::<project>::<types of parents>$<type>::<name>`. */
function typeIn(urn: string): string {
  return known(urn.split("::")[2]?.split("$").at(-1) ?? "");
}

/** The names by which others may point at a resource: Pulumi's own two, and the one that `property` gives it in AWS. */
export function namesOf({ resource, root }: StackObject, property: string): string[] {
  const given = root.at(property).text();
  const { name, urn } = resource;
  return [name, ...(urn === undefined ? [] : [urn]), ...(given === undefined ? [] : [withoutEnding(given)])];
}

/** The resources of a type that do, or may, point at any of these names; `keyOf` must be one and the same function each time. */
export function pointers(
  stack: Stack,
  type: string,
  keyOf: (object: StackObject) => string,
  names: readonly string[],
): StackObject[] {
  return stack.ofType(type, awsType, keyOf, names);
}

/**
 * The resource of a type that has this name: a URN, Pulumi's name, or the one that `property` gives it in AWS. Throws UnknownValue
 * if there is none but one of those whose name is not known yet may be it.
 */
export function findNamed(stack: Stack, type: string, property: string, name: string): StackObject | undefined {
  for (const keyOf of [urnOf, pulumiName, givenName(property)]) {
    const found = stack.ofType(type, awsType, keyOf, [name]).find((candidate) => keyOf(candidate) === name);
    if (found) return found;
  }
  return undefined;
}

const urnOf = (object: StackObject) => object.resource.urn ?? "";
const pulumiName = (object: StackObject) => object.resource.name;

/** One and the same function for each property: what a stack has indexed by it is kept. */
const givenNames = new Map<string, (object: StackObject) => string>();

function givenName(property: string): (object: StackObject) => string {
  const known = givenNames.get(property);
  if (known) return known;
  const keyOf = (object: StackObject) => withoutEnding(object.root.at(property).text() ?? "");
  givenNames.set(property, keyOf);
  return keyOf;
}

function withoutEnding(name: string): string {
  return name.replace(/-[0-9a-f]{7}$/, "");
}
