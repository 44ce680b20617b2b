/** A resource as the golden file of an environment lists it. */
export interface Resource {
  readonly type: string;
  readonly name: string;
  readonly inputs: Json;
}

type Json = { readonly [key: string]: unknown };

/** Reads a path such as `spec.template.metadata` out of nested objects; `undefined` where it ends early. */
export function at(value: unknown, path: string): unknown {
  return path.split(".").reduce<unknown>((inner, key) => (isJson(inner) ? inner[key] : undefined), value);
}

export function textAt(value: unknown, path: string): string {
  const found = at(value, path);
  return typeof found === "string" ? found : "";
}

export function numberAt(value: unknown, path: string): number | undefined {
  const found = at(value, path);
  return typeof found === "number" ? found : undefined;
}

export function listAt(value: unknown, path: string): readonly unknown[] {
  const found = at(value, path);
  return Array.isArray(found) ? found : [];
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
