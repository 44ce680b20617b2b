import { loadAll } from "js-yaml";
import type { KubeApi } from "./client/api.ts";
import { groupOf, isJsonObject, type Json, type JsonObject, listAt, textAt } from "./object.ts";

/** A manifest cannot be read; the message tells the place. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * The objects in manifests: YAML or JSON, several documents, lists taken apart. Documents without apiVersion and kind
 * are left out: charts and generators leave empty ones.
 */
export function parseManifests(text: string): readonly JsonObject[] {
  try {
    // What YAML makes of dates and the like is made plain JSON, as the API server would read it.
    const documents = loadAll(text).map((document) => JSON.parse(JSON.stringify(document ?? null)) as Json);
    return documents.filter((document) => isJsonObject(document)).flatMap(unlist);
  } catch (error) {
    throw new ManifestError(`the manifest is not YAML: ${(error as Error).message}`);
  }
}

/** The objects of a list; any other object by itself. */
export function unlist(object: JsonObject): readonly JsonObject[] {
  const [apiVersion, kind] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  if (!apiVersion || !kind) return [];
  const isList = kind.endsWith("List") && Array.isArray(object.items);
  return isList ? listAt(object, "items").flatMap(unlist) : [object];
}

/**
 * Objects that live in a namespace and name none get this one. A definition among the objects tells of its kind, then
 * the cluster; a kind that nobody knows counts as one that lives in a namespace.
 */
export async function withNamespace(
  objects: readonly JsonObject[],
  namespace: string,
  api: KubeApi | undefined,
): Promise<readonly JsonObject[]> {
  if (namespace === "") return objects;
  return Promise.all(
    objects.map(async (object) => {
      const metadata = isJsonObject(object.metadata) ? object.metadata : {};
      if (metadata.namespace || !(await isNamespaced(object, objects, api))) return object;
      return { ...object, metadata: { ...metadata, namespace } };
    }),
  );
}

async function isNamespaced(object: JsonObject, all: readonly JsonObject[], api: KubeApi | undefined) {
  const definition = definitionOf(object, all);
  if (definition !== undefined) return textAt(definition, "spec", "scope") !== "Cluster";
  const [apiVersion = "", kind = ""] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  return (await api?.discovery.find(apiVersion, kind))?.namespaced ?? true;
}

/** The definition of an object's kind, if it is among these. */
export function definitionOf(object: JsonObject, all: readonly JsonObject[]): JsonObject | undefined {
  const group = groupOf(textAt(object, "apiVersion") ?? "");
  return all.find(
    (other) =>
      other.kind === "CustomResourceDefinition" &&
      textAt(other, "spec", "group") === group &&
      textAt(other, "spec", "names", "kind") === object.kind,
  );
}
