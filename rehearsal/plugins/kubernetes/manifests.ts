import { loadAll } from "js-yaml";
import type { KubeApi } from "./client/api.ts";
import { isJsonObject, type Json, type JsonObject, listAt, textAt } from "./object.ts";

/** A manifest cannot be read; the message tells the place. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * The objects in manifests: YAML or JSON, several documents, lists taken apart. Documents without apiVersion and kind
 * are left out, as kubectl's own comments-only documents are. Objects that live in a namespace and name none get the
 * default one, if it is given.
 */
export async function decodeManifests(
  text: string,
  defaultNamespace: string,
  api: KubeApi | undefined,
): Promise<readonly JsonObject[]> {
  const objects = parse(text).flatMap(unlist);
  return Promise.all(
    objects.map(async (object) => {
      const metadata = isJsonObject(object.metadata) ? object.metadata : {};
      if (defaultNamespace === "" || metadata.namespace || !(await isNamespaced(object, api))) return object;
      return { ...object, metadata: { ...metadata, namespace: defaultNamespace } };
    }),
  );
}

function parse(text: string): readonly JsonObject[] {
  try {
    // What YAML makes of dates and the like is made plain JSON, as the API server would read it.
    const documents = loadAll(text).map((document) => JSON.parse(JSON.stringify(document ?? null)) as Json);
    return documents.filter((document) => isJsonObject(document));
  } catch (error) {
    throw new ManifestError(`the manifest is not YAML: ${(error as Error).message}`);
  }
}

function unlist(object: JsonObject): readonly JsonObject[] {
  const [apiVersion, kind] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  if (!apiVersion || !kind) return [];
  const isList = kind.endsWith("List") && Array.isArray(object.items);
  return isList ? listAt(object, "items").flatMap(unlist) : [object];
}

async function isNamespaced(object: JsonObject, api: KubeApi | undefined): Promise<boolean> {
  const [apiVersion = "", kind = ""] = [textAt(object, "apiVersion"), textAt(object, "kind")];
  return (await api?.discovery.find(apiVersion, kind))?.namespaced ?? true;
}
