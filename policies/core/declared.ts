import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";

/** What a stack says of itself that no field of Kubernetes or AWS has room for: an annotation, a label, or a tag. */
export const DECLARED = {
  /** How much of the newest data a store may lose, as a span: `15m`. */
  rpo: "plumbline.dev/rpo",
  /** How long the restore of a store may take, as a span: `2h`. */
  rto: "plumbline.dev/rto",
  /** How sensitive the data is: one of DATA_CLASSES. */
  dataClass: "plumbline.dev/data-class",
  /** How long personal data is kept at most, as a span: `90d`. */
  retention: "plumbline.dev/retention",
  /** On what makes backups by a schedule of its own: the stores that it saves, as references. */
  backsUp: "plumbline.dev/backs-up",
  /** On what tries restores by a schedule: the backups or stores that it restores, as references. */
  restores: "plumbline.dev/restores",
  /** On a place of backups that names no encryption: `bucket`, whose own key encrypts what it takes. */
  encryptedBy: "plumbline.dev/encrypted-by",
  /** On what deletes old personal data by a schedule: the stores that it clears, as references. */
  erases: "plumbline.dev/erases",
} as const;

export type Fact = keyof typeof DECLARED;

/** How sensitive data is, and words that mean the same elsewhere, from what all may know to what the law protects. */
export const DATA_CLASSES: Readonly<Record<string, number>> = {
  public: 0,
  internal: 1,
  confidential: 2,
  sensitive: 2,
  restricted: 3,
  personal: 3,
  pii: 3,
  phi: 3,
  pci: 3,
};

/** Labels, annotations and tags that say it: ours, and what is usual elsewhere. */
export const CLASS_KEYS: readonly string[] = [
  DECLARED.dataClass,
  "data-class",
  "data-classification",
  "DataClass",
  "DataClassification",
];

/** Classes whose data is about people. */
export const PERSONAL: readonly string[] = ["personal", "pii", "phi"];

/** The field in which an object declares a fact: its annotation, else its label; on AWS its tag. */
export function declaredField(object: StackObject, key: string): Field {
  if (object.kind === undefined) return object.root.at("tags", key);
  const metadata = object.root.at("metadata");
  const annotation = metadata.at("annotations", key);
  return annotation.absent && !metadata.at("labels", key).absent ? metadata.at("labels", key) : annotation;
}

/** The class of an object's data, in small letters; undefined if it says none that there is. */
export function classOf(object: StackObject): string | undefined {
  const words = CLASS_KEYS.map((key) => declaredField(object, key).text()?.trim().toLowerCase() ?? "");
  return words.find((word) => Object.hasOwn(DATA_CLASSES, word));
}

/** What an object declares, in its own words. */
export function declared(object: StackObject, fact: Fact): string | undefined {
  return declaredField(object, DECLARED[fact]).text()?.trim() || undefined;
}

/** How an object is named in `backs-up`, `restores` and `erases`: `Cluster/shop-data/postgres`, on AWS `Instance/orders`. */
export function referenceOf(object: StackObject): string {
  if (object.kind === undefined) return `${object.resource.type.split(":").at(-1)}/${object.resource.name}`;
  return `${object.kind}/${object.namespace}/${object.name}`;
}

/** The references that an object declares; `Cluster/postgres` means one in its own namespace. */
export function referencesOf(object: StackObject, fact: "backsUp" | "restores" | "erases"): string[] {
  const words = (declared(object, fact) ?? "").split(/[\s,]+/).filter((word) => word !== "");
  return words.flatMap((word) => {
    const [kind, name, more] = word.split("/");
    return more === undefined && object.kind !== undefined ? [`${kind}/${object.namespace}/${name}`, word] : [word];
  });
}
