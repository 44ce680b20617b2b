import { isDeepStrictEqual } from "node:util";
import { formatPath, hasUnknown, type PropertyMap } from "../rpc/index.ts";
import { isTrue, PATCH_FORCE } from "./annotations.ts";
import { ApiError, isForbidden, isNotFound, isTransient, NoKindError } from "./client/error.ts";
import { retrying } from "./client/retry.ts";
import { isDryRunRefused, type Write } from "./create.ts";
import { explainConflict, isOwned, passToManager } from "./fields.ts";
import { at, idOf, isJsonObject, type Json, type JsonObject, type KubeObject, keyOf, listAt } from "./object.ts";
import { warner } from "./session.ts";

/** A change of an object that is there. */
export interface Change extends Write {
  /** As it was last sent, in clear. */
  readonly before: KubeObject;
  /** Paths of fields that the program leaves to others. */
  readonly ignoreChanges: readonly string[];
  /** The manager so far; it gives up the object if the name has changed. */
  readonly formerManager: string;
}

/** How long a change is tried while the API server is away or others write at the same time, in milliseconds. */
const RETRY_FOR = 30_000;

/** Changes the object. */
export async function update(change: Change): Promise<KubeObject> {
  const { call, api, manager, formerManager, object, session } = change;
  const retry = {
    when: (error: unknown) => isTransient(error) || isOutdated(error),
    forMs: RETRY_FOR,
    signal: call.signal,
    onRetry: (error: unknown) => call.status(`trying again: ${(error as Error).message}`),
  };
  const live = await retrying(() => write(change, false), retry);
  if (!session.config.enableServerSideApply || formerManager === manager) return live;
  await release(change, formerManager);
  return retrying(() => api.get(keyOf(object)), retry);
}

/** What updating would give, by a dry run; `undefined` where that cannot be known. */
export async function previewUpdate(change: Change, inputs: PropertyMap): Promise<KubeObject | undefined> {
  if (hasUnknown(inputs)) return undefined;
  try {
    return await write(change, true);
  } catch (error) {
    if (error instanceof NoKindError || isForbidden(error) || isDryRunRefused(error)) return undefined;
    throw error;
  }
}

async function write(change: Change, dryRun: boolean): Promise<KubeObject> {
  const { session, api, object, manager, isPatch, call, before } = change;
  const live = await api.get(keyOf(object)).catch((error: unknown) => {
    if (!isNotFound(error)) throw error;
    throw new Error(
      `${object.kind} ${idOf(object)} is gone from the cluster; run \`pulumi refresh\`, then \`pulumi up\` makes it anew`,
    );
  });
  const warn = warner(session, call);
  if (isDefinition(object)) {
    // Replaced whole, as kubectl replace does: a definition's versions are one thing.
    const metadata = { ...object.metadata, resourceVersion: live.metadata.resourceVersion as Json };
    return api.replace({ ...object, metadata } as KubeObject, manager, dryRun, warn);
  }
  if (!session.config.enableServerSideApply)
    return api.patch(keyOf(object), (mergePatch(before, object, live) ?? {}) as JsonObject, manager, dryRun);
  const fields = isPatch ? undefined : passToManager(live, [before, object], manager);
  if (fields !== undefined && !dryRun) await setManagers(change, live, fields);
  const force = isTrue(object, PATCH_FORCE) || session.config.enablePatchForce || isUnmanaged(live);
  const owned =
    fields === undefined ? live : (replaceAt(live, ["metadata", "managedFields"], fields) as unknown as KubeObject);
  const applied = withoutIgnored(object, owned, change);
  try {
    return await api.apply(applied, { manager, force: force || (dryRun && fields !== undefined), dryRun }, warn);
  } catch (error) {
    throw isOutdated(error) ? error : explainConflict(error, manager);
  }
}

/** Written before the API server kept account of managers. */
function isUnmanaged(live: KubeObject): boolean {
  return listAt(live, "metadata", "managedFields").length === 0;
}

function isDefinition({ kind, apiVersion }: KubeObject): boolean {
  return kind === "CustomResourceDefinition" && apiVersion.startsWith("apiextensions.k8s.io/");
}

/** Somebody else wrote between our read and our write: to be tried again, unlike a conflict over fields. */
function isOutdated(error: unknown): boolean {
  if (!(error instanceof ApiError) || error.status !== 409) return false;
  return !error.causes.some(({ reason }) => reason === "FieldManagerConflict");
}

async function setManagers({ api, object, manager }: Change, live: KubeObject, fields: readonly Json[]): Promise<void> {
  const version = live.metadata.resourceVersion as string;
  await api.patch(
    keyOf(object),
    [
      { op: "replace", path: "/metadata/managedFields", value: fields },
      { op: "replace", path: "/metadata/resourceVersion", value: version },
    ],
    manager,
  );
}

/** Gives up all fields of a manager; those that nobody else owns go back to their default. */
export async function release({ api, object }: Pick<Write, "api" | "object">, manager: string): Promise<void> {
  const { apiVersion, kind } = object;
  const { name, namespace } = object.metadata;
  const nothing = { apiVersion, kind, metadata: { name, ...(namespace && { namespace }) } } as KubeObject;
  await api.apply(nothing, { manager, force: false, dryRun: false });
}

/**
 * The object without the changes that the program ignores: a field that belongs to another manager is left out, any
 * other keeps its live value, because leaving it out would remove it.
 */
function withoutIgnored(object: KubeObject, live: KubeObject, { ignoreChanges, manager }: Change): KubeObject {
  let applied = object;
  for (const ignored of ignoreChanges) {
    const path = ignored.split(".");
    // Places in lists and quoted names cannot be told apart from the manager's own items: the engine's diff covers them.
    if (formatPath(path) !== ignored) continue;
    const others = isOwned(live, path, (name) => name !== manager);
    const ours = isOwned(live, path, (name) => name === manager);
    const value = others && !ours ? undefined : at(live, ...path);
    if (value !== undefined || (others && !ours)) applied = replaceAt(applied, path, value) as KubeObject;
  }
  return applied;
}

function replaceAt(object: JsonObject, [first = "", ...rest]: readonly string[], value: Json | undefined): JsonObject {
  const { [first]: current, ...others } = object;
  if (rest.length === 0) return value === undefined ? others : { ...object, [first]: value };
  if (current === undefined && value === undefined) return object;
  return { ...object, [first]: replaceAt(isJsonObject(current) ? current : {}, rest, value) };
}

/**
 * JSON merge patch from what was last sent and what is live to what is wanted now; lists are replaced whole. Without
 * server-side apply, and `undefined` where nothing differs.
 */
export function mergePatch(before: Json | undefined, wanted: Json, live: Json | undefined): Json | undefined {
  if (!isJsonObject(wanted) || !isJsonObject(live)) return isDeepStrictEqual(wanted, live) ? undefined : wanted;
  const patch: { [key: string]: Json } = {};
  for (const [key, value] of Object.entries(wanted)) {
    const change = mergePatch(at(before, key), value, live[key]);
    if (change !== undefined) patch[key] = change;
  }
  for (const key of Object.keys(isJsonObject(before) ? before : {}))
    if (wanted[key] === undefined && live[key] !== undefined) patch[key] = null;
  return Object.keys(patch).length > 0 ? patch : undefined;
}

/** Whether the API server would refuse the change as one that needs a new object, and at which fields. */
export function immutableFields(error: unknown): readonly string[] | undefined {
  if (!(error instanceof ApiError) || error.status !== 422) return undefined;
  const causes = error.causes.filter(({ message }) =>
    /immutable|may not (be )?(change|update)|updates to statefulset spec for fields other than/.test(message),
  );
  return causes.length > 0 ? causes.map(({ field }) => field) : undefined;
}
