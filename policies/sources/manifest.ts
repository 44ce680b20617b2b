import { keysOf } from "../core/path.ts";
import { fromManifest, type Resource } from "../core/resource.ts";
import { Positions } from "./positions.ts";
import type { Reading, Text } from "./reading.ts";
import { Unreadable } from "./unreadable.ts";
import { yamlDocuments } from "./yaml.ts";

/** Where an object stands in a text: which document, and the keys that lead to it in a List. */
interface Place {
  readonly document: number;
  readonly keys: readonly (string | number)[];
}

/** An object of a text, with its place. */
export interface Manifest {
  readonly resource: Resource;
  readonly place: Place;
}

type Document = Readonly<Record<string, unknown>>;

/** The Kubernetes objects of a YAML or JSON text. Other documents are passed over with a note. Throws Unreadable. */
export function readManifests(text: Text): Reading {
  const notes: string[] = [];
  const resources = manifestsIn(text, (note) => notes.push(note)).map(({ resource }) => resource);
  if (/\{\{-?\s*\.(?:Values|Release|Chart)\b/.test(text.text))
    notes.push(
      `${text.file}: holds "{{ .Values": judged as it stands; of a Helm chart, check what helm template prints`,
    );
  return { resources, notes };
}

/** The same, with the place of each. */
export function manifestsIn({ file, text }: Text, note: (text: string) => void = () => {}): Manifest[] {
  const positions = new Positions(text);
  const documents = parsed(text);
  return documents.flatMap((value, document) => {
    if (value === null || value === undefined) return [];
    const where = documents.length > 1 ? `document ${document + 1}: ` : "";
    const other = otherThanManifest(value);
    if (other !== undefined) {
      note(`${file}: ${where}passed over: ${other}`);
      return [];
    }
    return objectsIn(value as Document, [], where).map(({ resource, keys }) => {
      const line = (path: string) => positions.line(document, [...keys, ...keysOf(path)]);
      return { resource: { ...resource, origin: { file, line } }, place: { document, keys } };
    });
  });
}

function parsed(text: string): unknown[] {
  try {
    return yamlDocuments(text);
  } catch (error) {
    if (!(error instanceof Unreadable) || !text.includes("{{")) throw error;
    throw new Unreadable(
      `it is a template, not a manifest (${error.message}); of a Helm chart, check what helm template prints`,
      { cause: error },
    );
  }
}

/** What a document is if it is no manifest; undefined if it is one, if only a broken one. */
function otherThanManifest(value: unknown): string | undefined {
  if (!isRecord(value)) return `it is ${Array.isArray(value) ? "a list" : "a single value"}, no Kubernetes object`;
  const { apiVersion, kind } = value;
  if (typeof apiVersion === "string" && apiVersion.startsWith("kustomize.config.k8s.io/")) return KUSTOMIZE;
  if (apiVersion !== undefined && kind !== undefined) return undefined;
  if (Object.hasOwn(value, "metadata") && (apiVersion !== undefined || kind !== undefined)) return undefined;
  if (["resources", "patches", "bases"].some((key) => Array.isArray(value[key]))) return KUSTOMIZE;
  return "it has no apiVersion and kind, hence is no Kubernetes object";
}

const KUSTOMIZE = "it is for Kustomize; check what kustomize build prints";

/** The document itself, or what a List holds, lists in lists too. */
function objectsIn(
  value: Document,
  keys: readonly (string | number)[],
  where: string,
): { resource: Resource; keys: readonly (string | number)[] }[] {
  const { apiVersion, kind, items } = value;
  for (const [name, given] of Object.entries({ apiVersion, kind }))
    if (typeof given !== "string" || given === "")
      throw new Unreadable(
        `${where}${pathOf([...keys, name])} is ${kindOf(given)}; a text such as "v1" or "Pod" is wanted`,
      );
  if (!(kind as string).endsWith("List") || !Array.isArray(items))
    return fromManifest(value).map((resource) => ({ resource, keys }));
  return items.flatMap((item, index) => {
    const at = [...keys, "items", index];
    if (!isRecord(item)) throw new Unreadable(`${where}${pathOf(at)} is ${kindOf(item)}; an object is wanted`);
    return objectsIn(whole(item, apiVersion as string, kind as string), at, where);
  });
}

/** An item of a PodList is a Pod, and the API server does not say so again. */
function whole(item: Document, apiVersion: string, kind: string): Document {
  const isSaid = kind === "List" || item.apiVersion !== undefined || item.kind !== undefined;
  return isSaid ? item : { apiVersion, kind: kind.slice(0, -"List".length), ...item };
}

function pathOf(keys: readonly (string | number)[]): string {
  return keys
    .map((key) => (typeof key === "number" ? `[${key}]` : `.${key}`))
    .join("")
    .slice(1);
}

function kindOf(value: unknown): string {
  if (value === undefined || value === null || value === "") return "not set";
  if (Array.isArray(value)) return "a list";
  return typeof value === "object" ? "an object" : `a ${typeof value}`;
}

function isRecord(value: unknown): value is Document {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
