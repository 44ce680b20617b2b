import {
  Asset,
  isPropertyMap,
  Output,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  Secret,
  Unknown,
} from "../rpc/index.ts";
import type { Json, JsonObject, KubeObject } from "./object.ts";

/** Fields that the SDKs spell with underscores, because a dash is no part of an identifier. */
const DASHED = [
  "x-kubernetes-embedded-resource",
  "x-kubernetes-int-or-string",
  "x-kubernetes-list-map-keys",
  "x-kubernetes-list-type",
  "x-kubernetes-map-type",
  "x-kubernetes-preserve-unknown-fields",
  "x-kubernetes-validations",
] as const;
const TO_DASHES: ReadonlyMap<string, string> = new Map(DASHED.map((name) => [name.replaceAll("-", "_"), name]));
const TO_UNDERSCORES: ReadonlyMap<string, string> = new Map(DASHED.map((name) => [name, name.replaceAll("-", "_")]));

/** Properties that this provider and the official one add to the state; none is part of the object. */
export const FIELD_MANAGER = "__fieldManager";
export const INITIAL_API_VERSION = "__initialApiVersion";
export const INPUTS = "__inputs";
/** Only of this provider, and only until the next refresh: when the answer to the create was lost, in milliseconds of the epoch. */
export const LOST_SINCE = "__lostSince";

/** Metadata that only the API server writes. */
const SERVER_METADATA = [
  "creationTimestamp",
  "deletionGracePeriodSeconds",
  "deletionTimestamp",
  "generation",
  "managedFields",
  "resourceVersion",
  "selfLink",
  "uid",
] as const;

/**
 * The object that inputs describe, in clear, as the API server takes it. What is unknown is left out: send only inputs
 * that are known.
 */
export function toObject(inputs: PropertyMap): KubeObject {
  const object: { [field: string]: Json } = {};
  for (const [key, value] of Object.entries(inputs)) {
    if (key.startsWith("__")) continue;
    const json = toJson(value);
    if (json !== undefined) object[key] = json;
  }
  return object as KubeObject;
}

function toJson(value: PropertyValue): Json | undefined {
  if (value instanceof Unknown) return undefined;
  if (value instanceof Secret) return toJson(value.value);
  if (value instanceof Output) return value.value === undefined ? undefined : toJson(value.value);
  if (value instanceof Asset) return value.fields.text ?? null;
  if (value instanceof ResourceReference) return typeof value.id === "string" ? value.id : value.urn;
  if (Array.isArray(value)) return value.map((item) => toJson(item) ?? null);
  if (!isPropertyMap(value)) return value as Json;
  const object: { [field: string]: Json } = {};
  for (const [key, field] of Object.entries(value)) {
    const json = toJson(field);
    if (json !== undefined) object[serverName(key)] = json;
  }
  return object;
}

/** A live object as properties, all of it in clear: see `markSecrets`. */
export function toProperties(object: JsonObject): PropertyMap {
  return fromJson(object) as PropertyMap;
}

function fromJson(json: Json): PropertyValue {
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(fromJson);
  const entries = Object.entries(json).map(
    ([key, value]) => [TO_UNDERSCORES.get(key) ?? key, fromJson(value)] as const,
  );
  return Object.fromEntries(entries);
}

/** How the API server spells a field that the SDKs spell so. */
export function serverName(field: string): string {
  return TO_DASHES.get(field) ?? field;
}

/** Inputs without the metadata that only the server writes: an imported or copied manifest may carry it. */
export function withoutServerMetadata(inputs: PropertyMap): PropertyMap {
  return changeMap(inputs, "metadata", (metadata) => omit(metadata, SERVER_METADATA));
}

/**
 * Changes the map in one property, going through a secret mark; a missing property counts as an empty map, and what is
 * unknown or no map stays as it is.
 */
export function changeMap(map: PropertyMap, key: string, change: (inner: PropertyMap) => PropertyMap): PropertyMap {
  const value = map[key] ?? {};
  if (value instanceof Secret && isPropertyMap(value.value)) return { ...map, [key]: new Secret(change(value.value)) };
  return isPropertyMap(value) ? { ...map, [key]: change(value) } : map;
}

/** The map in a property, without its secret mark; `undefined` where it is unknown or no map. */
export function mapIn(map: PropertyMap | undefined, key: string): PropertyMap | undefined {
  const value = map?.[key];
  const plain = value instanceof Secret ? value.value : value;
  return isPropertyMap(plain) ? plain : undefined;
}

/** The text in a property, without its secret mark; `undefined` where it is unknown or no text. */
export function textIn(map: PropertyMap | undefined, key: string): string | undefined {
  const value = map?.[key];
  const plain = value instanceof Secret ? value.value : value;
  return typeof plain === "string" ? plain : undefined;
}

export function omit(map: PropertyMap, keys: readonly string[]): PropertyMap {
  return Object.fromEntries(Object.entries(map).filter(([key]) => !keys.includes(key)));
}
