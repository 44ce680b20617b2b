import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import { OPERATED, placesOf } from "../../policies/core/operated.ts";

/** What of a schema is read. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

interface Definition {
  readonly spec: {
    readonly group: string;
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly schema: { readonly openAPIV3Schema: Schema } }[];
  };
}

/** Of a Ceph cluster's volume, and when to pull: neither names what a container runs. */
const OTHERWISE = /\.(rbd\.image|imagePullPolicy|pullPolicy)$/;

/** Texts called an image in the specs of operated kinds that rules read nowhere, as `Kind path`; and which kinds the folders have. */
export function imagesUnread(folders: readonly string[]): { unread: string[]; kinds: string[] } {
  const operated = folders.flatMap(definitions).filter(({ spec: { group, names } }) => {
    return Object.hasOwn(OPERATED, names.kind) && OPERATED[names.kind]?.group === group;
  });
  const unread = operated.flatMap(({ spec: { names, versions } }) => {
    const read = readAt(names.kind);
    const texts = versions.flatMap(({ schema }) => [...textsIn(schema.openAPIV3Schema.properties?.spec, "spec")]);
    return [...new Set(texts)]
      .filter((path) => /image[^.]*$/i.test(path) && !OTHERWISE.test(path) && !read.has(path))
      .map((path) => `${names.kind} ${path}`);
  });
  return { unread, kinds: operated.map(({ spec }) => spec.names.kind) };
}

function readAt(kind: string): Set<string> {
  const { images, imageParts, containers } = placesOf(OPERATED[kind] ?? { group: "", plural: "" });
  return new Set([...images, ...imageParts, ...containers.map((container) => `${container}.image`)]);
}

function definitions(folder: string): Definition[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".yaml"))
    .flatMap((file) => parseAllDocuments(readFileSync(join(folder, file), "utf8")))
    .flatMap((document) => (document.toJS() as Definition | null) ?? []);
}

function* textsIn(schema: Schema | undefined, path: string): Generator<string> {
  if (schema?.type === "string") yield path;
  if (schema?.items) yield* textsIn(schema.items, `${path}[]`);
  for (const [name, field] of Object.entries(schema?.properties ?? {})) yield* textsIn(field, `${path}.${name}`);
}
