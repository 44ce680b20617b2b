import { namesOf, referenceIn, refersTo } from "./aws-reference.ts";
import type { Field } from "./field.ts";
import { fits } from "./glob.ts";
import type { StackObject } from "./stack-object.ts";
import { everyKnown, someKnown, UnknownValue } from "./unknown.ts";

/** What AWS Backup can save: the service and the kind in an ARN, and the fields that may hold the name at its end. */
const ARNS: Readonly<Record<string, { service: string; kind: string; names: readonly string[] }>> = {
  "aws:rds/instance:Instance": { service: "rds", kind: "db:", names: ["identifier"] },
  "aws:rds/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:docdb/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:neptune/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:redshift/cluster:Cluster": { service: "redshift", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:dynamodb/table:Table": { service: "dynamodb", kind: "table/", names: ["name"] },
  "aws:efs/fileSystem:FileSystem": { service: "elasticfilesystem", kind: "file-system/", names: ["id"] },
  "aws:ebs/volume:Volume": { service: "ec2", kind: "volume/", names: ["id"] },
  "aws:s3/bucket:Bucket": { service: "s3", kind: "", names: ["bucket"] },
  "aws:s3/bucketV2:BucketV2": { service: "s3", kind: "", names: ["bucket"] },
};

/** An ARN, whatever its partition, region and account are. */
const ARN = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.+)$/s;

/** Stands among the keys for any store. */
const ANY = "*";

/** A selection takes what it names or finds by a tag, without what its conditions and exceptions take out. */
export function isSelected(store: StackObject, { root }: StackObject): boolean {
  const named = () => someKnown(root.at("resources").items(), (resource) => names(resource, store));
  const tagged = () =>
    someKnown(root.at("selectionTags").items(), (tag) => tagOf(store, tag.at("key").text()) === tag.at("value").text());
  const met = (list: string, meets: (has: string | undefined, wanted: string) => boolean) => () =>
    everyKnown(
      root
        .at("conditions")
        .items()
        .flatMap((condition) => condition.at(list).items()),
      (one) => meets(tagOf(store, conditionKey(one)), one.at("value").text() ?? ""),
    );
  return everyKnown(
    [
      () => someKnown([named, tagged], (holds) => holds()),
      met("stringEquals", (has, wanted) => has === wanted),
      met("stringNotEquals", (has, wanted) => has !== wanted),
      met("stringLikes", (has, wanted) => has !== undefined && fits(wanted, has)),
      () => !someKnown(root.at("notResources").items(), (resource) => names(resource, store)),
    ],
    (holds) => holds(),
  );
}

/** What a store's tag says; undefined where it has none. */
export function tagOf(store: StackObject, key: string | undefined): string | undefined {
  return key === undefined ? undefined : store.root.at("tags", key).text();
}

/** Whether an ARN, or a pattern of one, means a store. Partition, region and account are taken as they are. */
function names(resource: Field, store: StackObject): boolean {
  const text = resource.text() ?? "";
  const shape = ARNS[store.resource.type];
  if (text === "*" || refersTo(resource, store)) return true;
  const [, service = "", rest = ""] = ARN.exec(text) ?? [];
  if (shape === undefined || !fits(service, shape.service)) return false;
  const known = shape.names.map((name) => store.root.at(name).text() ?? "\0");
  return known.some((name) => fits(rest, `${shape.kind}${name}`));
}

function conditionKey(condition: Field): string | undefined {
  return condition.at("key").text()?.replace("aws:ResourceTag/", "");
}

/**
 * Keys of which a store has at least one (`storeKeys`) if a selection takes it. Throws UnknownValue where what it takes is
 * not known, nor of which resources' outputs it is made.
 */
export function selectionKeys(selection: StackObject): string[] {
  const { root } = selection;
  const [demanded] = root
    .at("conditions")
    .items()
    .flatMap((condition) => condition.at("stringEquals").items());
  if (demanded) return [tagKey(conditionKey(demanded), demanded.at("value").text())];
  return [
    ...root
      .at("resources")
      .items()
      .flatMap((resource) => resourceKeys(resource, selection)),
    ...root
      .at("selectionTags")
      .items()
      .map((tag) => tagKey(tag.at("key").text(), tag.at("value").text())),
  ];
}

function resourceKeys(resource: Field, selection: StackObject): string[] {
  try {
    const name = referenceIn(resource) ?? "";
    const [, service, rest] = ARN.exec(name) ?? [];
    const kept = service === undefined ? name : `${service}:${rest}`;
    return kept.includes("*") ? [ANY] : [name, kept];
  } catch (error) {
    const urns = selection.resource.references?.resources ?? [];
    if (error instanceof UnknownValue && urns.length > 0) return [...urns];
    throw error;
  }
}

/** The keys by which a selection may take a store; none where AWS Backup cannot save it. */
export function storeKeys(store: StackObject): string[] {
  const shape = ARNS[store.resource.type];
  if (shape === undefined) return [];
  const { service, kind, names: fields } = shape;
  const { urn } = store.resource;
  return [
    ANY,
    ...(urn === undefined ? [] : [urn]),
    ...namesOf(store),
    ...fields.flatMap((name) => store.root.at(name).text() ?? []).map((name) => `${service}:${kind}${name}`),
    ...store.root
      .at("tags")
      .entries()
      .map(([key, value]) => tagKey(key, value.text())),
  ];
}

function tagKey(key: string | undefined, value: string | undefined): string {
  return `${key}=${value}`;
}
