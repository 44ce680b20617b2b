import { type Call, type PropertyMap, revealMap } from "../rpc/index.ts";
import { randomProvider } from "./provider.ts";

// Drives the provider as the engine does, for its tests.

export const provider = randomProvider("4.21.2");
export const call: Call = { signal: new AbortController().signal, log() {}, status() {} };

export function subject(kind: string) {
  const type = `random:index/random${kind}:Random${kind}`;
  return { type, name: "it", urn: `urn:pulumi:test::sandbox::${type}::it` };
}

export function check(kind: string, news: PropertyMap) {
  const request = { ...subject(kind), olds: {}, news, randomSeed: new Uint8Array(), autonaming: undefined };
  return provider.check(request, call);
}

export async function failures(kind: string, news: PropertyMap): Promise<string[]> {
  const { failures } = await check(kind, news);
  return (failures ?? []).map(({ property, reason }) => `${property} ${reason}`);
}

export function create(kind: string, inputs: PropertyMap, preview = false) {
  return provider.create({ ...subject(kind), inputs, preview, timeoutSeconds: undefined }, call);
}

export async function draw(kind: string, inputs: PropertyMap): Promise<PropertyMap> {
  return revealMap((await create(kind, inputs)).outputs);
}

export async function diff(kind: string, oldInputs: PropertyMap, news: PropertyMap, oldOutputs?: PropertyMap) {
  const { id, outputs } = await create(kind, oldInputs);
  const request = { ...subject(kind), id, oldInputs, oldOutputs: oldOutputs ?? outputs, news, ignoreChanges: [] };
  const { changes } = await provider.diff(request, call);
  return changes.map(({ path, kind, replace }) => `${replace ? "replace" : "update"}: ${kind} ${path.join(".")}`);
}

export function read(kind: string, id: string, inputs: PropertyMap = {}, state: PropertyMap = {}) {
  return provider.read({ ...subject(kind), id, inputs, state }, call);
}
