import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

const SDK = join(import.meta.dirname, "../../node_modules/@pulumi/aws");

/** Properties of an interface with their types, as the type declarations of @pulumi/aws have them. */
type Properties = ReadonlyMap<string, string>;

let nested: Map<string, Map<string, string>> | undefined;

/**
 * Whether @pulumi/aws has a resource with a property at a path such as `a.b` or `a[].b`: undefined when it has, else
 * what is missing. A path may end at a list as a whole. It reads the type declarations as text, since type-checking the whole SDK takes half a minute.
 */
export function missingIn(token: string, path: string): string | undefined {
  let properties: Properties | undefined = argsOf(token);
  if (!properties) return `no resource ${token}`;
  const keys = path.split(".");
  for (const [index, key] of keys.entries()) {
    const list = key.endsWith("[]");
    const type: string | undefined = properties?.get(list ? key.slice(0, -2) : key);
    if (type === undefined) return `${token} has no ${key} in ${path}`;
    if (list && !isList(type)) return `${token}: ${key} in ${path} is no list`;
    if (!list && isList(type) && index < keys.length - 1) return `${token}: ${key} in ${path} is a list`;
    const [, name]: readonly string[] = /inputs\.([\w.]+)/.exec(type) ?? [];
    properties = name === undefined ? undefined : inputs().get(name);
  }
  return undefined;
}

function isList(type: string): boolean {
  return /\[\]|Input<pulumi\.Input</.test(type);
}

function argsOf(token: string): Properties | undefined {
  const [, module = "", file = "", name] = /^aws:([^/]+)\/([^:]+):(\w+)$/.exec(token) ?? [];
  for (const candidate of readdirSync(join(SDK, module)).filter(
    (one) => one.toLowerCase() === `${file}.d.ts`.toLowerCase() || one === `${file}_.d.ts`,
  )) {
    const [, args] = readFileSync(join(SDK, module, candidate), "utf8").split(`export interface ${name}Args {`);
    if (args !== undefined) return propertiesIn(args.split("\n"), "    ");
  }
  return undefined;
}

/** The nested inputs of all resources: `rds.InstanceRestoreToPointInTime`. */
function inputs(): Map<string, Map<string, string>> {
  if (nested) return nested;
  nested = new Map();
  let module = "";
  let current = new Map<string, string>();
  for (const line of readFileSync(join(SDK, "types/input.d.ts"), "utf8").split("\n")) {
    const [, namespace, name, property, type] =
      /^export declare namespace (\w+)|^ {4}interface (\w+)|^ {8}(\w+)\??: (.*);$/.exec(line) ?? [];
    if (namespace) module = namespace;
    else if (name) {
      current = new Map();
      nested.set(`${module}.${name}`, current);
    }
    if (property && type) current.set(property, type);
  }
  return nested;
}

function propertiesIn(lines: readonly string[], indent: string): Properties {
  const properties = new Map<string, string>();
  for (const line of lines) {
    const [, name, type] = new RegExp(`^${indent}(\\w+)\\??: (.*?);?$`).exec(line) ?? [];
    if (name && type) properties.set(name, type);
  }
  return properties;
}
