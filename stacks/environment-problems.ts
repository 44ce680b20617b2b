import { z } from "zod";
import { nearest, type Problem, secretIn } from "../components/core/index.ts";

type Path = readonly PropertyKey[];

/** Looks like nothing: what is said of it is said by the name of its field alone. */
const ANY_VALUE = "-";

/** The problems that zod found, in our words. `data` is what was given, with its secrets masked. */
export function schemaProblems(schema: z.ZodType, data: unknown, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(schema, data, [...issue.path, key]))
      : [{ field: fieldName(issue.path), given: shown(valueAt(data, issue.path)), allowed: allowed(issue) }],
  );
}

/** Every value that seems to be a secret in clear. The value itself is not repeated. */
export function secretProblems(data: unknown): Problem[] {
  return [...secrets(data, [])].map(({ path, what }) => ({
    field: fieldName(path),
    given: `<${what}>`,
    allowed:
      'no secret in clear; put it into a Kubernetes Secret and name that one, as secretRef: "<namespace>/<name>"',
  }));
}

/** The same data with every secret replaced by what it seems to be. */
export function masked(data: unknown): unknown {
  const hidden = new Map([...secrets(data, [])].map(({ path, what }) => [fieldName(path), `<${what}>`]));
  const mask = (value: unknown, path: Path): unknown => {
    const secret = hidden.get(fieldName(path));
    if (secret !== undefined) return secret;
    if (Array.isArray(value)) return value.map((entry, index) => mask(entry, [...path, index]));
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mask(entry, [...path, key])]));
    return value;
  };
  return mask(data, []);
}

/** A path as it is read in the file: `stores.kafka.zones[0]`. A key that is itself a secret is not repeated. */
export function fieldName(path: Path): string {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${shownKey(String(part))}`)).join("");
  return name.replace(/^\./, "") || "the file";
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (isObject(value) ? value[part as string] : undefined), data);
}

/** Under a key that names a secret everything is secret, whole: keys too, for one of them may be the secret itself. */
function* secrets(value: unknown, path: Path): Generator<{ path: Path; what: string }> {
  const name = String(path.findLast((part) => typeof part === "string") ?? "");
  if (isObject(value)) {
    const what = secretIn(name, ANY_VALUE);
    if (what !== undefined) yield { path, what };
    else
      for (const [key, entry] of Object.entries(value))
        yield* secrets(entry, [...path, Array.isArray(value) ? Number(key) : key]);
  } else if (typeof value === "string" || typeof value === "number") {
    const what = secretIn(name, String(value));
    if (what !== undefined) yield { path, what };
  }
}

function shownKey(key: string): string {
  const what = secretIn("", key);
  return what === undefined ? key : `<${what}>`;
}

/** Of an object where none belongs nothing is known: neither its keys nor its values are repeated. */
function shown(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shown);
  return isObject(value) ? "<an object>" : value;
}

/** The key is what is wrong, and what its value is nobody knows: only the key is repeated. */
function unknownKey(schema: z.ZodType, data: unknown, path: Path): Problem {
  const key = String(path.at(-1));
  const known = knownKeys(schema, data, path.slice(0, -1));
  const meant = nearest(key, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return { field: fieldName(path), given: shownKey(key), allowed: `${known.join(", ")}${hint}` };
}

/** The keys that the schema knows at a path; of a union, those of the variant that the data chose. */
function knownKeys(schema: z.ZodType, data: unknown, path: Path): string[] {
  const here = unwrap(schema, data);
  if (!(here instanceof z.ZodObject)) return [];
  const [key, ...rest] = path;
  if (key === undefined) return Object.keys(here.shape);
  const next = here.shape[String(key)] as z.ZodType | undefined;
  return next === undefined ? [] : knownKeys(next, valueAt(data, [key]), rest);
}

function unwrap(schema: z.ZodType, data: unknown): z.ZodType {
  if (schema instanceof z.ZodExactOptional) return unwrap(schema.unwrap() as z.ZodType, data);
  if (!(schema instanceof z.ZodDiscriminatedUnion)) return schema;
  const { discriminator, options } = schema.def;
  const chosen = valueAt(data, [discriminator]);
  const fits = (option: unknown) =>
    option instanceof z.ZodObject && (option.shape[discriminator] as z.ZodType).safeParse(chosen).success;
  return (options.find(fits) as z.ZodType | undefined) ?? schema;
}

/** What zod says of its own accord, where a field has no words of its own. */
function allowed(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_union" && "options" in issue)
    return (issue.options as readonly unknown[]).map((option) => JSON.stringify(option)).join(", ");
  if (issue.code === "invalid_value") {
    const values = issue.values.map((value) => JSON.stringify(value)).join(", ");
    return issue.message.startsWith("Invalid") ? values : issue.message;
  }
  if (issue.code === "invalid_type" && issue.message.startsWith("Invalid"))
    return issue.expected === "object" ? "an object with keys" : `a value of type ${issue.expected}`;
  return issue.message;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
