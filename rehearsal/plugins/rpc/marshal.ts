import type { JavaScriptValue, Struct } from "google-protobuf/google/protobuf/struct_pb.js";
import structPb from "google-protobuf/google/protobuf/struct_pb.js";
import {
  Archive,
  type ArchiveFields,
  Asset,
  type AssetFields,
  isPropertyMap,
  Output,
  type PropertyMap,
  type PropertyValue,
  ResourceReference,
  Secret,
  UNKNOWN,
  Unknown,
} from "./property.ts";

/** How the wire says "known after the update": part of Pulumi's protocol, as are the signatures below. */
const UNKNOWN_TEXT = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** The other kinds of unknown that the engine may send (bool, number, array, asset, archive, object). */
const UNKNOWN_TEXTS: ReadonlySet<string> = new Set([
  UNKNOWN_TEXT,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);
const KIND = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const OUTPUT = "d0e6a833031e9bbcd3f4e8bde6ca49a4";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const RESOURCE = "5cf8f73096256a8f31e491e813e4eb8e";

type Json = { [key: string]: JavaScriptValue };

/** Reads a property map off the wire. Nothing sent (`undefined`) is an empty map. */
export function unmarshal(struct: Struct | undefined): PropertyMap {
  return struct === undefined ? {} : decodeMap(struct.toJavaScript() as Json);
}

/** Writes a property map for the wire. Keys whose value is `undefined` are left out. */
export function marshal(map: PropertyMap): Struct {
  return structPb.Struct.fromJavaScript(encodeMap(map));
}

function decodeMap(json: Json): PropertyMap {
  return Object.fromEntries(Object.entries(json).map(([key, value]) => [key, decode(value)]));
}

function decode(json: JavaScriptValue): PropertyValue {
  if (typeof json === "string") return UNKNOWN_TEXTS.has(json) ? UNKNOWN : json;
  if (json === null || typeof json !== "object") return json;
  if (Array.isArray(json)) return json.map(decode);
  const fields = json as Json;
  switch (fields[KIND]) {
    case undefined:
      return decodeMap(fields);
    case SECRET:
      return new Secret(decode(fields.value ?? null));
    case OUTPUT:
      return decodeOutput(fields);
    case ASSET:
      return new Asset(texts(fields, ["hash", "text", "path", "uri"]));
    case ARCHIVE:
      return decodeArchive(fields);
    case RESOURCE:
      return decodeResource(fields);
    default:
      throw new Error(`a property value has the unknown signature ${JSON.stringify(fields[KIND])}`);
  }
}

function decodeOutput(fields: Json): Output {
  const value = fields.value === undefined ? undefined : decode(fields.value);
  const dependencies = (fields.dependencies ?? []) as string[];
  return new Output(value === UNKNOWN ? undefined : value, fields.secret === true, dependencies);
}

function decodeArchive(fields: Json): Archive {
  const plain: ArchiveFields = texts(fields, ["hash", "path", "uri"]);
  if (fields.assets === undefined) return new Archive(plain);
  return new Archive({ ...plain, assets: decodeMap(fields.assets as Json) as { [name: string]: Asset | Archive } });
}

function decodeResource(fields: Json): ResourceReference {
  const id = fields.id === undefined || fields.id === "" ? undefined : decode(fields.id);
  const { packageVersion } = texts(fields, ["packageVersion"]);
  return new ResourceReference(fields.urn as string, id as string | Unknown | undefined, packageVersion);
}

/** The named fields that hold a text; the wire has empty texts where the engine means none. */
function texts<Name extends string>(fields: Json, names: readonly Name[]): { [name in Name]?: string } {
  return Object.fromEntries(names.map((name) => [name, fields[name]]).filter(([, v]) => v)) as { [n in Name]?: string };
}

function encodeMap(map: PropertyMap): Json {
  const json: Json = {};
  for (const [key, value] of Object.entries(map)) if (value !== undefined) json[key] = encode(value);
  return json;
}

function encode(value: PropertyValue): JavaScriptValue {
  if (value === null || typeof value !== "object") return value;
  if (Array.isArray(value)) return value.map(encode);
  if (isPropertyMap(value)) return encodeMap(value);
  if (value instanceof Unknown) return UNKNOWN_TEXT;
  if (value instanceof Secret) return { [KIND]: SECRET, value: encode(value.value) };
  if (value instanceof Output) return encodeOutput(value);
  if (value instanceof Asset) return { [KIND]: ASSET, ...plain(value.fields) };
  if (value instanceof Archive) {
    const { assets, ...fields } = value.fields;
    return { [KIND]: ARCHIVE, ...plain(fields), ...(assets && { assets: encodeMap(assets) }) };
  }
  if (value instanceof ResourceReference) return encodeResource(value);
  throw new TypeError(`${value.constructor?.name ?? typeof value} is no property value`);
}

function plain(fields: AssetFields): Json {
  return { ...fields };
}

function encodeOutput({ value, secret, dependencies }: Output): Json {
  return {
    [KIND]: OUTPUT,
    ...(value !== undefined && { value: encode(value) }),
    ...(secret && { secret }),
    ...(dependencies.length > 0 && { dependencies: [...dependencies] }),
  };
}

function encodeResource({ urn, id, packageVersion }: ResourceReference): Json {
  return {
    [KIND]: RESOURCE,
    urn,
    ...(id !== undefined && { id: encode(id) }),
    ...(packageVersion !== undefined && { packageVersion }),
  };
}
