import { inspect } from "node:util";

/** A value of a resource property as the engine and a provider exchange it. */
export type PropertyValue =
  | null
  | boolean
  | number
  | string
  | readonly PropertyValue[]
  | PropertyMap
  | Secret
  | Unknown
  | Output
  | Asset
  | Archive
  | ResourceReference;

/** The properties of a resource, by name. A key that is absent has no value; `undefined` is never one. */
export interface PropertyMap {
  readonly [key: string]: PropertyValue;
}

/** A value that must not be seen: printing it, or writing it as JSON, gives `[secret]`. */
export class Secret {
  readonly value: PropertyValue;

  constructor(value: PropertyValue) {
    this.value = value;
    Object.defineProperty(this, "value", { enumerable: false });
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }

  [inspect.custom](): string {
    return "[secret]";
  }
}

/** A value that is known only after the update: it appears in previews alone. There is one, {@link UNKNOWN}. */
export class Unknown {
  toString(): string {
    return "[unknown]";
  }
}

/** The one {@link Unknown}. */
export const UNKNOWN = new Unknown();

/** A value with the resources it depends on. The engine sends these to the calls that construct components only. */
export class Output {
  /** Absent: not known yet. */
  readonly value: PropertyValue | undefined;
  readonly secret: boolean;
  /** URNs. */
  readonly dependencies: readonly string[];

  constructor(value: PropertyValue | undefined, secret: boolean, dependencies: readonly string[]) {
    this.value = value;
    this.secret = secret;
    this.dependencies = dependencies;
    Object.defineProperty(this, "value", { enumerable: !secret });
  }
}

/** A text or a file: one of `text`, `path` and `uri` is set, or only the hash where the engine left the content out. */
export class Asset {
  readonly fields: AssetFields;

  constructor(fields: AssetFields) {
    this.fields = fields;
  }
}

export interface AssetFields {
  readonly hash?: string;
  readonly text?: string;
  readonly path?: string;
  readonly uri?: string;
}

/** Several assets: one of `assets`, `path` and `uri` is set. */
export class Archive {
  readonly fields: ArchiveFields;

  constructor(fields: ArchiveFields) {
    this.fields = fields;
  }
}

export interface ArchiveFields {
  readonly hash?: string;
  readonly assets?: { readonly [name: string]: Asset | Archive };
  readonly path?: string;
  readonly uri?: string;
}

/** Another resource. `id` is absent for a component, and {@link UNKNOWN} before it is made. */
export class ResourceReference {
  readonly urn: string;
  readonly id: string | Unknown | undefined;
  readonly packageVersion: string | undefined;

  constructor(urn: string, id?: string | Unknown, packageVersion?: string) {
    this.urn = urn;
    this.id = id;
    this.packageVersion = packageVersion;
  }
}

/** Whether a value is a plain object, and none of the classes above. */
export function isPropertyMap(value: unknown): value is PropertyMap {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Whether anything inside a value is not known yet. */
export function hasUnknown(value: PropertyValue): boolean {
  return some(value, (v) => v instanceof Unknown || (v instanceof Output && v.value === undefined));
}

/** Whether a value, or anything inside it, is secret. */
export function hasSecret(value: PropertyValue): boolean {
  return some(value, (v) => v instanceof Secret || (v instanceof Output && v.secret));
}

function some(value: PropertyValue, test: (value: PropertyValue) => boolean): boolean {
  if (test(value)) return true;
  if (value instanceof Secret) return some(value.value, test);
  if (value instanceof Output) return value.value !== undefined && some(value.value, test);
  if (value instanceof ResourceReference) return value.id instanceof Unknown && test(value.id);
  if (Array.isArray(value)) return value.some((v) => some(v, test));
  return isPropertyMap(value) && Object.values(value).some((v) => some(v, test));
}

/** The value without its secret marks. What comes back is in clear: keep it from logs, errors and outputs. */
export function reveal(value: PropertyValue): PropertyValue {
  if (value instanceof Secret) return reveal(value.value);
  if (value instanceof Output) return value.value === undefined ? UNKNOWN : reveal(value.value);
  if (Array.isArray(value)) return value.map(reveal);
  if (isPropertyMap(value)) return revealMap(value);
  return value;
}

/** {@link reveal} for a whole property map. */
export function revealMap(map: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, reveal(value)]));
}

/** Whether two values are the same; a secret mark makes no difference, and an unknown is the same as nothing. */
export function sameValue(a: PropertyValue, b: PropertyValue): boolean {
  if (a instanceof Secret || a instanceof Output) return sameValue(reveal(a), b);
  if (b instanceof Secret || b instanceof Output) return sameValue(a, reveal(b));
  if (a instanceof Unknown || b instanceof Unknown) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((v, i) => sameValue(v, b[i]));
  if (a instanceof Asset) return b instanceof Asset && sameContent(a.fields, b.fields);
  if (a instanceof Archive) return b instanceof Archive && sameContent(a.fields, b.fields);
  if (a instanceof ResourceReference) return b instanceof ResourceReference && a.urn === b.urn;
  if (!isPropertyMap(a) || !isPropertyMap(b)) return a === b;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key] ?? null, b[key] ?? null))
  );
}

/** Assets with a hash are compared by it: the engine leaves the content out of most calls. */
function sameContent(a: AssetFields | ArchiveFields, b: AssetFields | ArchiveFields): boolean {
  return a.hash !== undefined && b.hash !== undefined
    ? a.hash === b.hash
    : inspect(a, { depth: null }) === inspect(b, { depth: null });
}
