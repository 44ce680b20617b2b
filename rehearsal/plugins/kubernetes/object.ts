export type Json = null | boolean | number | string | readonly Json[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: Json;
}

/** A Kubernetes object as the API server reads and writes it. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

type ObjectMeta = JsonObject & { readonly name: string; readonly namespace?: string };

/** What names one object: enough to find it. */
export interface ObjectKey {
  readonly apiVersion: string;
  readonly kind: string;
  /** Absent for objects of the whole cluster, and where the default namespace is meant. */
  readonly namespace?: string | undefined;
  readonly name: string;
}

export function isJsonObject(value: Json | undefined): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value at a path of field names, or `undefined` where the path ends early. */
export function at(value: Json | undefined, ...path: readonly string[]): Json | undefined {
  let current = value;
  for (const step of path) {
    if (!isJsonObject(current)) return undefined;
    current = current[step];
  }
  return current;
}

export function textAt(value: Json | undefined, ...path: readonly string[]): string | undefined {
  const found = at(value, ...path);
  return typeof found === "string" ? found : undefined;
}

export function numberAt(value: Json | undefined, ...path: readonly string[]): number | undefined {
  const found = at(value, ...path);
  return typeof found === "number" ? found : undefined;
}

/** The objects in the list at a path; nothing there is an empty list. */
export function listAt(value: Json | undefined, ...path: readonly string[]): readonly JsonObject[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item) => isJsonObject(item)) : [];
}

export function textsAt(value: Json | undefined, ...path: readonly string[]): readonly string[] {
  const found = at(value, ...path);
  return Array.isArray(found) ? found.filter((item) => typeof item === "string") : [];
}

/** One of an object's `status.conditions`; types are compared without regard to case, as kubectl does. */
export function conditionOf(object: JsonObject, type: string): JsonObject | undefined {
  return listAt(object, "status", "conditions").find(
    (condition) => textAt(condition, "type")?.toLowerCase() === type.toLowerCase(),
  );
}

/** `namespace/name`, or the name alone for an object of the whole cluster: the resource's id in Pulumi. */
export function idOf(object: KubeObject): string {
  const { namespace, name } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** Reads an id back. Throws on anything but `name` and `namespace/name`. */
export function parseId(id: string): { readonly namespace?: string; readonly name: string } {
  const [first = "", second, more] = id.split("/");
  if (first === "" || second === "" || more !== undefined)
    throw new Error(`the id ${JSON.stringify(id)} names no object; allowed: "name" or "namespace/name"`);
  return second === undefined ? { name: first } : { namespace: first, name: second };
}

export function keyOf(object: KubeObject): ObjectKey {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

/** The group in an apiVersion: `apps` in `apps/v1`, empty in `v1`. */
export function groupOf(apiVersion: string): string {
  return apiVersion.includes("/") ? (apiVersion.split("/")[0] ?? "") : "";
}

export function annotationsOf(object: JsonObject): { readonly [name: string]: string } {
  const annotations = at(object, "metadata", "annotations");
  if (!isJsonObject(annotations)) return {};
  return Object.fromEntries(
    Object.entries(annotations).filter((entry): entry is [string, string] => {
      return typeof entry[1] === "string";
    }),
  );
}
