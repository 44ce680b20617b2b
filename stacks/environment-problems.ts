import { z } from "zod";
import { nearest, type Problem, secretIn } from "../components/core/index.ts";

type Path = readonly PropertyKey[];

/** The problems that zod found, in our words. `data` is what was given, with its secrets masked. */
export function schemaProblems(schema: z.ZodType, data: unknown, issues: readonly z.core.$ZodIssue[]): Problem[] {
  return issues.flatMap((issue) =>
    issue.code === "unrecognized_keys"
      ? issue.keys.map((key) => unknownKey(schema, data, [...issue.path, key]))
      : [{ field: fieldName(issue.path), given: valueAt(data, issue.path), allowed: allowed(issue) }],
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
    if (Array.isArray(value)) return value.map((entry, index) => mask(entry, [...path, index]));
    if (isObject(value))
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, mask(entry, [...path, key])]));
    return hidden.get(fieldName(path)) ?? value;
  };
  return mask(data, []);
}

/** A path as it is read in the file: `stores.kafka.zones[0]`. */
export function fieldName(path: Path): string {
  const name = path.map((part) => (typeof part === "number" ? `[${part}]` : `.${String(part)}`)).join("");
  return name.replace(/^\./, "") || "the file";
}

export function valueAt(data: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, part) => (isObject(value) ? value[part as string] : undefined), data);
}

function* secrets(value: unknown, path: Path): Generator<{ path: Path; what: string }> {
  if (isObject(value))
    for (const [key, entry] of Object.entries(value))
      yield* secrets(entry, [...path, Array.isArray(value) ? Number(key) : key]);
  else if (typeof value === "string" || typeof value === "number") {
    const name = path.findLast((part) => typeof part === "string") ?? "";
    const what = secretIn(String(name), String(value));
    if (what !== undefined) yield { path, what };
  }
}

function unknownKey(schema: z.ZodType, data: unknown, path: Path): Problem {
  const key = String(path.at(-1));
  const known = knownKeys(schema, data, path.slice(0, -1));
  const meant = nearest(key, known);
  const hint = meant === undefined ? "" : `; did you mean ${meant}?`;
  return { field: fieldName(path), given: valueAt(data, path), allowed: `${known.join(", ")}${hint}` };
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
