import { isDeepStrictEqual } from "node:util";
import { ApiError } from "./client/error.ts";
import { isJsonObject, type Json, type JsonObject, type KubeObject, listAt, textAt } from "./object.ts";

/**
 * Managers whose fields pass to the resource's own manager at an update: this provider's creation of the object, and
 * people with kubectl, whose changes by hand are what an update puts back. Controllers are none of these.
 */
function isFormer(entry: Entry): boolean {
  const manager = textAt(entry, "manager") ?? "";
  if (entry.subresource === "status") return false;
  if (/^kubectl(-|$)/.test(manager)) return true;
  const created = ["pulumi-kubernetes", "pulumi-kubernetes.exe", "pulumi-resource-kubernetes", "before-first-apply"];
  return entry.operation === "Update" && entry.subresource === undefined && created.includes(manager);
}

/** Field manager of objects as they are created. */
export const CREATION_MANAGER = "pulumi-kubernetes";

type Entry = JsonObject;

function entriesOf(object: KubeObject): readonly Entry[] {
  return listAt(object, "metadata", "managedFields");
}

/** The trees of fields that managers own, each as the API server writes it (`fieldsV1`). */
export function fieldTrees(object: KubeObject, owns: (manager: string) => boolean = () => true): readonly JsonObject[] {
  return entriesOf(object)
    .filter((entry) => owns(textAt(entry, "manager") ?? ""))
    .map((entry) => entry.fieldsV1 as JsonObject);
}

/** The subtrees below one field. */
export function below(trees: readonly JsonObject[], step: string): readonly JsonObject[] {
  return trees.map((tree) => tree[step]).filter((tree) => isJsonObject(tree));
}

/** The fields by which items of a list are told apart, if the API server merges it by keys. */
export function listKeys(trees: readonly JsonObject[]): readonly string[] | undefined {
  for (const tree of trees)
    for (const step of Object.keys(tree))
      if (step.startsWith("k:")) return Object.keys(JSON.parse(step.slice(2)) as JsonObject);
  return undefined;
}

/** Whether any manager that passes the test owns the field at a path of field names, or anything in it. */
export function isOwned(object: KubeObject, path: readonly string[], owns: (manager: string) => boolean): boolean {
  return path.reduce((trees, name) => below(trees, `f:${name}`), fieldTrees(object, owns)).length > 0;
}

/**
 * `metadata.managedFields` after the fields that the given objects set (as last sent, as wanted now) have passed from
 * former managers to this one; `undefined` where there is nothing to pass. Fields that were only defaulted stay where
 * they are, so that the first apply does not take them away.
 */
export function passToManager(
  object: KubeObject,
  given: readonly KubeObject[],
  manager: string,
): readonly Json[] | undefined {
  const moved: JsonObject[] = [];
  const kept: Entry[] = [];
  for (const entry of entriesOf(object)) {
    const fields = entry.fieldsV1;
    if (!isFormer(entry) || !isJsonObject(fields)) {
      kept.push(entry);
      continue;
    }
    const [ours, rest] = split(fields, given);
    if (Object.keys(ours).length > 0) moved.push(ours);
    if (Object.keys(rest).length > 0) kept.push({ ...entry, fieldsV1: rest });
  }
  if (moved.length === 0) return undefined;
  const isOurs = (entry: Entry) => entry.manager === manager && entry.operation === "Apply" && !entry.subresource;
  const before = kept.find(isOurs);
  const trees = before ? [before.fieldsV1 as JsonObject, ...moved] : moved;
  const { apiVersion } = object;
  const time = `${new Date().toISOString().slice(0, 19)}Z`;
  const fieldsV1 = trees.reduce(union);
  const entry = { manager, operation: "Apply", apiVersion, time, fieldsType: "FieldsV1", fieldsV1 };
  return [...kept.filter((other) => !isOurs(other)), entry];
}

/** Parts a tree of fields by what any of the objects sets: what is set, and the rest. */
function split(tree: JsonObject, given: readonly Json[]): readonly [ours: JsonObject, rest: JsonObject] {
  const ours: { [step: string]: Json } = {};
  const rest: { [step: string]: Json } = {};
  for (const [step, subtree] of Object.entries(tree)) {
    const values = step === "." ? given : given.map((value) => stepInto(value, step)).filter((v) => v !== undefined);
    if (values.length === 0) rest[step] = subtree;
    else if (!isJsonObject(subtree) || Object.keys(subtree).length === 0 || !values.every(isContainer))
      ours[step] = subtree;
    else {
      const [ourPart, restPart] = split(subtree, values);
      if (Object.keys(ourPart).length > 0) ours[step] = ourPart;
      if (Object.keys(restPart).length > 0) rest[step] = restPart;
    }
  }
  return [ours, rest];
}

function isContainer(value: Json): boolean {
  return typeof value === "object" && value !== null;
}

/** Follows one step of a tree of fields: `f:name`, `k:{"name":"app"}`, `v:"value"`, `i:0`. */
function stepInto(value: Json, step: string): Json | undefined {
  const [kind, text] = [step.slice(0, 2), step.slice(2)];
  if (kind === "f:") return isJsonObject(value) ? value[text] : undefined;
  if (!Array.isArray(value)) return undefined;
  if (kind === "k:") return value.find((item) => matchesKeys(item, JSON.parse(text) as JsonObject));
  if (kind === "v:") return value.find((item) => isDeepStrictEqual(item, JSON.parse(text)));
  return value[Number(text)];
}

/** Whether a list item has these keys; one that it leaves out is one that the API server fills in. */
export function matchesKeys(item: Json | undefined, keys: JsonObject): boolean {
  return (
    isJsonObject(item) &&
    Object.entries(keys).every(([key, value]) => item[key] === undefined || isDeepStrictEqual(item[key], value))
  );
}

function union(a: JsonObject, b: JsonObject): JsonObject {
  const all: { [step: string]: Json } = { ...a };
  for (const [step, subtree] of Object.entries(b)) {
    const known = all[step];
    all[step] = isJsonObject(known) && isJsonObject(subtree) ? union(known, subtree) : subtree;
  }
  return all;
}

/** Says a field conflict in terms of what to do; any other error passes unchanged. */
export function explainConflict(error: unknown, manager: string): unknown {
  const conflicts =
    error instanceof ApiError ? error.causes.filter(({ reason }) => reason === "FieldManagerConflict") : [];
  if (!(error instanceof ApiError) || conflicts.length === 0) return error;
  const lines = conflicts.map(({ field, message }) => `  ${field}: ${message}`);
  return new Error(
    [
      `server-side apply field conflict detected: the resource managed by field manager ${JSON.stringify(manager)} had an apply conflict:`,
      ...lines,
      `To take these fields over, set the annotation pulumi.com/patchForce: "true" on the resource (or enablePatchForce on the provider).`,
      "To leave them to the other manager, remove them from the program or name them in ignoreChanges.",
    ].join("\n"),
  );
}
