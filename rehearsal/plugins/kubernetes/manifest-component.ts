import { globSync, readFileSync } from "node:fs";
import {
  type Call,
  type ConstructRequest,
  type ConstructResult,
  hasSecret,
  hasUnknown,
  type PropertyMap,
  ResourceReference,
  reveal,
  Secret,
  UNKNOWN,
} from "../rpc/index.ts";
import { SKIP_AWAIT } from "./annotations.ts";
import { toObject, toProperties } from "./convert.ts";
import { definitionOf, ManifestError, parseManifests, unlist, withNamespace } from "./manifests.ts";
import { isJsonObject, type Json, type JsonObject, listAt, textAt, textsAt } from "./object.ts";
import { markWellKnown } from "./secrets.ts";
import type { Session } from "./session.ts";

const CONFIG_FILE = "kubernetes:yaml/v2:ConfigFile";
const CONFIG_GROUP = "kubernetes:yaml/v2:ConfigGroup";

/**
 * Makes the components of `kubernetes.yaml.v2`: every object of the manifests becomes a child, called
 * `<prefix>:<namespace>/<name>`; what others need (namespaces, definitions) comes before them.
 */
export async function construct(session: Session, request: ConstructRequest, call: Call): Promise<ConstructResult> {
  const { type, name, inputs } = request;
  if (type !== CONFIG_FILE && type !== CONFIG_GROUP)
    throw new Error(`${type} is not supported by the rehearsal's provider: it runs neither Helm nor Kustomize`);
  const urn = await request.registerSelf();
  if (hasUnknown(inputs)) {
    call.log("warning", `${type}:${name} -- Required input properties have unknown values. Preview is incomplete.`);
    return finish(request, urn, { resources: UNKNOWN });
  }
  const args = toObject(inputs);
  const read = type === CONFIG_FILE ? await readFiles([textAt(args, "file") ?? ""]) : await readGroup(args);
  const objects = await withNamespace(read, session.defaultNamespace, session.api);
  const prefix = textAt(args, "resourcePrefix") ?? name;
  const secret = hasSecret(inputs);
  const made = new Map<JsonObject, Promise<ResourceReference>>();
  for (const object of inOrder(objects)) {
    const needs = objects.filter((other) => other !== object && isNeeded(other, object, objects));
    made.set(
      object,
      register(object, Promise.all(needs.map((other) => made.get(other) as Promise<ResourceReference>))),
    );
  }
  const resources = await Promise.all(objects.map((object) => made.get(object) as Promise<ResourceReference>));
  return finish(request, urn, { resources });

  async function register(object: JsonObject, needs: Promise<ResourceReference[]>): Promise<ResourceReference> {
    const child = childOf(object, args.skipAwait === true, secret);
    const dependencies = (await needs).map((reference) => reference.urn);
    const { id, urn: childUrn } = await request.registerChild({
      type: tokenOf(object),
      name: resourceName(object, prefix),
      parent: urn,
      inputs: child,
      dependencies,
    });
    return new ResourceReference(childUrn, id === "" ? UNKNOWN : id);
  }
}

async function finish(request: ConstructRequest, urn: string, outputs: PropertyMap): Promise<ConstructResult> {
  await request.finish(urn, outputs);
  return { urn, outputs };
}

async function readGroup(args: JsonObject): Promise<readonly JsonObject[]> {
  const single = textAt(args, "files");
  const files = single === undefined ? textsAt(args, "files") : [single];
  const objs = isJsonObject(args.objs) ? [args.objs] : listAt(args, "objs");
  return [
    ...(await readFiles(files)),
    ...parseManifests(textAt(args, "yaml") ?? ""),
    ...objs.flatMap((object) => unlist(object)),
  ];
}

/** Files by path, pattern or URL. A path or pattern that finds nothing is a mistake. */
async function readFiles(sources: readonly string[]): Promise<readonly JsonObject[]> {
  const texts = await Promise.all(sources.map(readSource));
  return texts.flat().flatMap(parseManifests);
}

async function readSource(source: string): Promise<readonly string[]> {
  if (/^https?:\/\//.test(source)) {
    const response = await fetch(source);
    if (!response.ok) throw new ManifestError(`${source} answered with status ${response.status}`);
    return [await response.text()];
  }
  const paths = /[*?[]/.test(source) ? globSync(source).sort() : [source];
  if (paths.length === 0) throw new ManifestError(`no file matches ${JSON.stringify(source)}`);
  return paths.map((path) => readFileSync(path, "utf8"));
}

/** Namespaces and definitions first: everything else may need them. */
export function inOrder(objects: readonly JsonObject[]): readonly JsonObject[] {
  return objects.toSorted((a, b) => rank(a) - rank(b));
}

function rank({ kind }: JsonObject): number {
  return kind === "Namespace" ? 0 : kind === "CustomResourceDefinition" ? 1 : 2;
}

/** Whether an object must stand before another: its namespace, or the definition of its kind. */
function isNeeded(other: JsonObject, object: JsonObject, all: readonly JsonObject[]): boolean {
  const isNamespace = other.kind === "Namespace" && other.apiVersion === "v1";
  if (isNamespace && textAt(other, "metadata", "name") === textAt(object, "metadata", "namespace")) return true;
  return definitionOf(object, all) === other;
}

function tokenOf(object: JsonObject): string {
  const apiVersion = textAt(object, "apiVersion") ?? "";
  return `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${textAt(object, "kind")}`;
}

function resourceName(object: JsonObject, prefix: string): string {
  const [name, namespace] = [textAt(object, "metadata", "name"), textAt(object, "metadata", "namespace")];
  if (!name) throw new ManifestError(`an object of kind ${textAt(object, "kind")} has no metadata.name`);
  const full = namespace ? `${namespace}/${name}` : name;
  return prefix === "" ? full : `${prefix}:${full}`;
}

function childOf(object: JsonObject, skipAwait: boolean, secret: boolean): PropertyMap {
  const properties = markWellKnown(toProperties(skipAwait ? annotated(object) : object));
  if (!secret) return properties;
  // A secret went into the manifests as a whole; which object has it is not known.
  const { apiVersion, kind, metadata, ...content } = properties;
  const hidden = Object.entries(content).map(([key, value]) => [key, new Secret(reveal(value))] as const);
  return { apiVersion, kind, metadata, ...Object.fromEntries(hidden) } as PropertyMap;
}

function annotated(object: JsonObject): JsonObject {
  const metadata: Json = isJsonObject(object.metadata) ? object.metadata : {};
  const annotations = isJsonObject(metadata.annotations) ? metadata.annotations : {};
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [SKIP_AWAIT]: "true" } } };
}
