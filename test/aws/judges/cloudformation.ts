import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AwsResource, kindOf, moduleOf } from "./aws-resource.ts";
import { CLOUDFORMATION, NOT_IN_CLOUDFORMATION, NOT_IN_THE_TABLE } from "./cloudformation-names.ts";

/** The parts of a resource's schema that are read here; the judge reads the rest. */
interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly definitions?: Readonly<Record<string, Schema>>;
}

type Schemas = (type: string) => Schema;

export interface Converted {
  readonly template: { readonly Resources: Readonly<Record<string, { Type: string; Properties: unknown }>> };
  /** Types that the table does not have, and properties that CloudFormation does not have and the table does not name. */
  readonly unknown: readonly string[];
}

/** What AWS itself publishes of its resources, as it lies in the folder of cfn-lint. */
export function schemasOf(site: string, region: string): Schemas {
  const folder = join(site, "cfnlint", "data", "schemas");
  const read = (...path: string[]) => JSON.parse(readFileSync(join(folder, ...path), "utf8"));
  const files: Readonly<Record<string, string>> = read("providers", `${region}.json`);
  return (type) => read("resources", `${files[type]}.json`);
}

/**
 * What a program asks of AWS as a template of CloudFormation, whose schemas say which values AWS takes. Names are found in the schema, whatever
 * their capitals; those that differ more stand in the table.
 */
export function cloudFormation(resources: readonly AwsResource[], schemas: Schemas): Converted {
  const unknown: string[] = [];
  const entries = resources.flatMap((resource) => {
    const kind = `${moduleOf(resource.type)}/${kindOf(resource.type)}`;
    if (NOT_IN_CLOUDFORMATION[kind] !== undefined || NOT_IN_THE_TABLE.includes(kind)) return [];
    const names = CLOUDFORMATION[kind];
    if (!names) {
      unknown.push(kind);
      return [];
    }
    const root = schemas(names.type);
    const say = (path: string) => {
      if (!names.without?.includes(path)) unknown.push(`${kind}: ${path}`);
    };
    const inputs = names.arrange?.(resource.inputs) ?? resource.inputs;
    const properties = convert(inputs, root, { root, renamed: names.properties ?? {}, say });
    const logicalId = `${kind}/${resource.name}`.replace(/[^A-Za-z0-9]/g, "");
    return [[logicalId, { Type: names.type, Properties: properties }] as const];
  });
  return { template: { Resources: Object.fromEntries(entries) }, unknown: [...new Set(unknown)].sort() };
}

interface Walk {
  readonly root: Schema;
  readonly renamed: Readonly<Record<string, string>>;
  readonly say: (path: string) => void;
}

function convert(value: unknown, schema: Schema, walk: Walk, path = ""): unknown {
  if (schema.$ref !== undefined)
    return convert(value, walk.root.definitions?.[schema.$ref.replace("#/definitions/", "")] ?? {}, walk, path);
  const isList = schema.type === "array";
  if (Array.isArray(value)) return value.map((each) => convert(each, schema.items ?? {}, walk, path));
  if (typeof value === "string" && !isList && schema.type?.includes("object") && /^[{[]/.test(value))
    return JSON.parse(value);
  if (typeof value !== "object" || value === null) return value;
  if (isList && path === "tags") return Object.entries(value).map(([Key, Value]) => ({ Key, Value }));
  if (isList && path.endsWith("dimensions")) return Object.entries(value).map(([Name, Value]) => ({ Name, Value }));
  if (isList) return [convert(value, schema.items ?? {}, walk, path)];
  const { properties } = schema;
  if (!properties) return value;
  const known = new Map(Object.keys(properties).map((name) => [name.toLowerCase(), name]));
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, own]) => {
      const at = path === "" ? key : `${path}.${key}`;
      const name = [walk.renamed[key], known.get(key.toLowerCase())].find((each) => each && properties[each]);
      if (!name) walk.say(at);
      return name ? [[name, convert(own, properties[name] ?? {}, walk, at)]] : [];
    }),
  );
}
