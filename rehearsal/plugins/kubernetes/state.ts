import { isPropertyMap, type PropertyMap, Secret } from "../rpc/index.ts";
import { PATCH_FIELD_MANAGER } from "./annotations.ts";
import { randomSuffix } from "./autoname.ts";
import {
  FIELD_MANAGER,
  INITIAL_API_VERSION,
  INPUTS,
  LOST_SINCE,
  omit,
  textIn,
  toObject,
  toProperties,
} from "./convert.ts";
import { refusalOf } from "./identity.ts";
import { annotationsOf, isJsonObject, type Json, type KubeObject, textAt } from "./object.ts";
import { markSecrets, markWellKnown } from "./secrets.ts";

/** What a state has besides the object. */
const INTERNALS = [FIELD_MANAGER, INITIAL_API_VERSION, INPUTS, LOST_SINCE];

/**
 * The state of a resource: the live object with its secrets marked, and what the provider needs to go on from there.
 * The layout is the official provider's, so either can take over from the other.
 */
export function stateOf(live: KubeObject, inputs: PropertyMap, manager: string, olds?: PropertyMap): PropertyMap {
  const outputs = markSecrets(toProperties(live), inputs);
  const initial = textIn(olds, INITIAL_API_VERSION) ?? textIn(inputs, "apiVersion") ?? live.apiVersion;
  return {
    ...outputs,
    [FIELD_MANAGER]: manager,
    [INITIAL_API_VERSION]: initial,
    [INPUTS]: markWellKnown(inputs),
  };
}

/** The state of an object that may have been made: the answer to its create was lost. */
export function lostState(object: KubeObject, inputs: PropertyMap, manager: string, since: number): PropertyMap {
  return { ...stateOf(object, inputs, manager), [LOST_SINCE]: since };
}

/** When the answer to the create was lost, if it was and nobody has looked since; in milliseconds of the epoch. */
export function lostSince(state: PropertyMap): number | undefined {
  const since = state[LOST_SINCE];
  return typeof since === "number" ? since : undefined;
}

/** The live object that a state holds, in clear; `undefined` for a state that holds none. */
export function liveIn(state: PropertyMap): KubeObject | undefined {
  const object = toObject(omit(state, INTERNALS));
  return textAt(object, "kind") === undefined ? undefined : object;
}

export function isEmpty(state: PropertyMap): boolean {
  return Object.keys(omit(state, INTERNALS)).length === 0;
}

/**
 * {@link liveIn} of a state that is not empty. Throws if it holds something else, such as a Helm release that the
 * official provider made: what this provider cannot see must not count as gone.
 */
export function objectIn(state: PropertyMap, { type, id }: { readonly type: string; readonly id: string }): KubeObject {
  const object = liveIn(state);
  if (object) return object;
  const why = refusalOf(type) ?? "it was made by another provider; use that one";
  throw new Error(`the state of ${id} holds no Kubernetes object, so it can be neither read nor deleted: ${why}`);
}

/** The inputs of the last update: what the engine sends, or an old state's own copy. */
export function lastInputs(oldInputs: PropertyMap, state: PropertyMap): PropertyMap {
  const copy = state[INPUTS];
  const plain = copy instanceof Secret ? copy.value : copy;
  return Object.keys(oldInputs).length > 0 || !isPropertyMap(plain) ? oldInputs : plain;
}

/**
 * Field manager of a resource: what its annotation says, else the one in its state, else a new one. Without server-side
 * apply there is one name for all.
 */
export function managerOf(object: KubeObject, state: PropertyMap, serverSideApply: boolean): string {
  if (!serverSideApply) return "pulumi-kubernetes";
  return (
    annotationsOf(object)[PATCH_FIELD_MANAGER] ||
    (textIn(state, FIELD_MANAGER) ?? `pulumi-kubernetes-${randomSuffix(new Uint8Array())}`)
  );
}

/**
 * The object as it is sent: `stringData` of a Secret goes into `data`, where the API server would put it, so that what
 * is taken out of the program later also goes from the cluster.
 */
export function toSend(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object;
  if (object.kind !== "Secret" || object.apiVersion !== "v1" || !isJsonObject(stringData)) return object;
  const encoded = Object.entries(stringData).map(([key, text]) => [key, encode(text)] as const);
  const data = isJsonObject(object.data) ? object.data : {};
  return { ...rest, data: { ...data, ...Object.fromEntries(encoded) } } as KubeObject;
}

function encode(text: Json): string {
  return Buffer.from(String(text)).toString("base64");
}
