import { isDeepStrictEqual } from "node:util";
import { isPropertyMap, type PropertyMap, type PropertyValue, Secret } from "../rpc/index.ts";
import { LAST_APPLIED } from "./annotations.ts";
import { changeMap, mapIn, omit, serverName, toObject, toProperties, withoutServerMetadata } from "./convert.ts";
import { below, fieldTrees, listKeys, matchesKeys } from "./fields.ts";
import { at, isJsonObject, type Json, type JsonObject, type KubeObject } from "./object.ts";

/**
 * The inputs as the cluster has them now: where a field that the program set differs from how the API server had it
 * after the last update, it gets the live value, and where it is gone, it goes. So the next update sees what to put
 * back. Fields that the program never set, and values that the server only writes another way (`1000m` is `1`), are no
 * drift. `before`: the live object as the state has it; absent after an interrupted creation.
 */
export function driftedInputs(inputs: PropertyMap, before: KubeObject | undefined, live: KubeObject): PropertyMap {
  const drifted = walkMap(inputs, before && withStringData(before), withStringData(live), fieldTrees(live));
  // What names the object is never drift.
  return { ...drifted, apiVersion: inputs.apiVersion ?? live.apiVersion, kind: inputs.kind ?? live.kind };
}

/** A Secret's `data` seen as the `stringData` that it may have been given as. */
function withStringData(object: KubeObject): JsonObject {
  if (object.kind !== "Secret" || object.apiVersion !== "v1" || !isJsonObject(object.data)) return object;
  const texts = Object.entries(object.data).map(([key, data]) => [key, Buffer.from(String(data), "base64").toString()]);
  return { ...object, stringData: Object.fromEntries(texts) as JsonObject };
}

type Trees = readonly JsonObject[];

function walk(
  input: PropertyValue,
  before: Json | undefined,
  now: Json | undefined,
  trees: Trees,
): PropertyValue | undefined {
  if (input instanceof Secret) {
    const inner = walk(input.value, before, now, trees);
    return inner === undefined ? undefined : new Secret(inner);
  }
  if (isDeepStrictEqual(before, now)) return input;
  if (now === undefined) return undefined;
  if (isPropertyMap(input) && isJsonObject(now)) return walkMap(input, before, now, trees);
  if (Array.isArray(input) && Array.isArray(now))
    return walkList(input, Array.isArray(before) ? before : [], now, trees);
  if (before === undefined && sameQuantity(toJson(input), now)) return input;
  return fromJson(now);
}

function walkMap(input: PropertyMap, before: Json | undefined, now: Json, trees: Trees): PropertyMap {
  const result: Record<string, PropertyValue> = {};
  for (const [key, value] of Object.entries(input)) {
    const field = serverName(key);
    const walked = walk(value, at(before, field), at(now, field), below(trees, `f:${field}`));
    if (walked !== undefined) result[key] = walked;
  }
  return result;
}

/** Items that the server merges by keys are compared by keys; items of others are none of ours. All else by place. */
function walkList(
  input: readonly PropertyValue[],
  before: readonly Json[],
  now: readonly Json[],
  trees: Trees,
): PropertyValue[] {
  const keys = listKeys(trees);
  if (keys !== undefined)
    return input.flatMap((item) => {
      const wanted = keyValues(toJson(item), keys);
      const find = (list: readonly Json[]) => list.find((candidate) => matchesKeys(candidate, wanted));
      const found = find(now);
      const step = stepOf(trees, wanted);
      const walked = walk(item, find(before), found, step === undefined ? [] : below(trees, step));
      return walked === undefined ? [] : [walked];
    });
  if (trees.some((tree) => Object.keys(tree).some((step) => step.startsWith("v:"))))
    return input.filter((item) => now.some((value) => isDeepStrictEqual(value, toJson(item))));
  return now.flatMap((value, i) => {
    const item = input[i];
    const walked = item === undefined ? fromJson(value) : walk(item, before[i], value, []);
    return walked === undefined ? [] : [walked];
  });
}

function keyValues(item: Json, keys: readonly string[]): JsonObject {
  return Object.fromEntries(
    keys.flatMap((key) => (isJsonObject(item) && item[key] !== undefined ? [[key, item[key]]] : [])),
  );
}

/** The step of a tree that stands for a list item. */
function stepOf(trees: Trees, wanted: JsonObject): string | undefined {
  const steps = trees.flatMap((tree) => Object.keys(tree)).filter((step) => step.startsWith("k:"));
  return steps.find((step) => matchesKeys(JSON.parse(step.slice(2)) as Json, wanted));
}

function toJson(value: PropertyValue): Json {
  return toObject({ value }).value ?? null;
}

function fromJson(value: Json): PropertyValue {
  return toProperties({ value }).value ?? null;
}

const QUANTITY = /^([+-]?\d+(?:\.\d+)?)(m|k|Ki|Mi|Gi|Ti|Pi|Ei|M|G|T|P|E|)$/;
const FACTORS: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

/** Whether two values are equal, also as Kubernetes quantities. */
function sameQuantity(a: Json, b: Json): boolean {
  if (isDeepStrictEqual(a, b)) return true;
  const [first, second] = [amount(a), amount(b)];
  return first !== undefined && first === second;
}

function amount(value: Json): number | undefined {
  const [, digits, unit = ""] = QUANTITY.exec(String(value)) ?? [];
  return digits === undefined ? undefined : Number(digits) * (FACTORS[unit] ?? Number.NaN);
}

/** Inputs for an object that Pulumi has not known so far: everything but its status and what only the server writes. */
export function importedInputs(live: KubeObject): PropertyMap {
  const { status: _status, ...rest } = toProperties(live);
  const inputs = withoutServerMetadata(rest);
  const annotations = mapIn(mapIn(inputs, "metadata"), "annotations");
  if (annotations === undefined) return inputs;
  const kept = omit(annotations, [LAST_APPLIED, "deployment.kubernetes.io/revision"]);
  return changeMap(inputs, "metadata", (metadata) =>
    Object.keys(kept).length > 0 ? { ...metadata, annotations: kept } : omit(metadata, ["annotations"]),
  );
}
