import { existsSync, readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";

/** What kind of value a property has. `object` is anything with fields of its own. */
export type ValueKind = "string" | "number" | "boolean" | "list" | "map" | "object";

/** What the installed SDK says about a type of resource. */
export interface Shape {
  /** Properties that a program may give. */
  readonly inputs: ReadonlySet<string>;
  /** Properties that AWS alone can tell. */
  readonly outputs: ReadonlyMap<string, ValueKind>;
  /** Inputs whose description says that a change makes a new resource. Many descriptions leave it out. */
  readonly replaceOn: ReadonlySet<string>;
}

const SDK = createRequire(import.meta.url).resolve("@pulumi/aws/package.json");
const shapes = new Map<string, Shape | undefined>();

export const { version: SDK_VERSION } = createRequire(import.meta.url)(SDK) as { version: string };

/**
 * Reads a type, such as `aws:ec2/vpc:Vpc`, off the SDK's own files: their generated code says which properties are
 * outputs, and their declarations of what kind those are. `undefined` when the SDK has no such type.
 */
export function shapeOf(type: string): Shape | undefined {
  if (!shapes.has(type)) shapes.set(type, readShape(type));
  return shapes.get(type);
}

function readShape(type: string): Shape | undefined {
  const path = fileOf(type);
  if (path === undefined) return undefined;
  const code = readFileSync(`${path}.js`, "utf8");
  const declarations = readFileSync(`${path}.d.ts`, "utf8");
  if (!code.includes(`'${type}'`)) return undefined;
  const properties = [...declarations.matchAll(PROPERTY)].map(([, comment = "", name = "", kind = ""]) => ({
    name,
    kind: valueKind(kind),
    replaces: REPLACES.test(comment),
  }));
  const outputs = new Set([...code.matchAll(OUTPUT)].map(([, name = ""]) => name));
  return {
    inputs: new Set([...code.matchAll(INPUT)].map(([, name = ""]) => name)),
    outputs: new Map(properties.filter(({ name }) => outputs.has(name)).map(({ name, kind }) => [name, kind])),
    replaceOn: new Set(properties.filter(({ replaces }) => replaces).map(({ name }) => name)),
  };
}

/** The SDK's file for a type, without its extension. Some names have other capitals: `mLTransform` is `mltransform.js`. */
function fileOf(type: string): string | undefined {
  const [, module] = /^aws:([\w/]+):\w+$/.exec(type) ?? [];
  if (module === undefined) return undefined;
  const path = join(dirname(SDK), module.replace(/^index\//, ""));
  if (existsSync(`${path}.js`)) return path;
  if (!existsSync(dirname(path))) return undefined;
  const wanted = `${basename(path)}.js`.toLowerCase();
  const file = readdirSync(dirname(path)).find((name) => name.toLowerCase() === wanted);
  return file && join(dirname(path), basename(file, ".js"));
}

/** A property of the class in the declarations: its comment, its name, and the beginning of its type. */
const PROPERTY = /\/\*\*((?:(?!\*\/)[\s\S])*)\*\/\s+readonly (\w+): pulumi\.Output<([^;]*)/g;
const OUTPUT = /resourceInputs\["(\w+)"\] = undefined \/\*out\*\//g;
const INPUT = /resourceInputs\["(\w+)"\] = .*\bargs\b/g;
const REPLACES = /\bforces? (?:a |the )?(?:new resource|replacement|(?:re-?)?creation of)/i;

function valueKind(type: string): ValueKind {
  if (/\[\]\s*(?:\||>|$)/.test(type)) return "list";
  if (type.startsWith("{")) return "map";
  const [, plain] = /^(string|number|boolean)\b/.exec(type) ?? [];
  return (plain as "string" | "number" | "boolean" | undefined) ?? "object";
}
