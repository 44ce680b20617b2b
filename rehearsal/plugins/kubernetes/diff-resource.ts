import {
  type Call,
  type DiffRequest,
  type DiffResult,
  formatPath,
  hasUnknown,
  type PropertyChange,
  type PropertyMap,
} from "../rpc/index.ts";
import { isTrue, REPLACE_UNREADY, timeoutOf } from "./annotations.ts";
import { isAutonamed, isNamed } from "./autoname.ts";
import { isNamespaced } from "./check.ts";
import { changeMap, mapIn, textIn, toObject, withoutServerMetadata } from "./convert.ts";
import { diffInputs } from "./diff.ts";
import { identify } from "./identity.ts";
import { replacePatterns } from "./immutable.ts";
import { conditionOf, idOf, keyOf } from "./object.ts";
import type { Session } from "./session.ts";
import { lastInputs, liveIn, managerOf, toSend } from "./state.ts";
import { immutableFields, previewUpdate } from "./update.ts";

/** What differs between the last inputs and the new ones, and whether the object must be replaced for it. */
export async function diff(session: Session, request: DiffRequest, call: Call): Promise<DiffResult> {
  const { oldInputs, oldOutputs, news, type, ignoreChanges } = request;
  const before = await comparable(session, lastInputs(oldInputs, oldOutputs));
  const after = await comparable(session, news);
  const { isPatch } = identify(type, textIn(news, "kind"));
  const patterns = replacePatterns(subjectOf(news), isPatch, {
    configMapMutable: session.config.enableConfigMapMutable,
    secretMutable: session.config.enableSecretMutable,
  });
  const ignored = ignoreChanges.map((path) => path.replace(/\[\*\].*$/, ""));
  let changes = diffInputs(before, after, patterns).filter(({ path }) => !isIgnored(formatPath(path), ignored));
  changes = withoutGeneratedName(changes, news, oldOutputs);
  if (changes.length > 0 && !changes.some(({ replace }) => replace))
    changes = await askServer(session, request, changes, call);
  const unready = await replaceUnready(session, request, call);
  const all = [...changes, ...unready];
  const replaced = all.some(({ replace }) => replace);
  return { changes: all, deleteBeforeReplace: replaced && keepsItsName(news, oldOutputs) };
}

/** Namespace `default` and none are the same; cluster-wide objects have none; server-written metadata is no input. */
async function comparable(session: Session, inputs: PropertyMap): Promise<PropertyMap> {
  const namespaced = await isNamespaced(session, inputs);
  return changeMap(withoutServerMetadata(inputs), "metadata", ({ namespace, ...metadata }) =>
    namespaced ? { ...metadata, namespace: namespace || "default" } : metadata,
  );
}

function subjectOf(inputs: PropertyMap) {
  const { apiVersion = "", kind = "" } = { apiVersion: textIn(inputs, "apiVersion"), kind: textIn(inputs, "kind") };
  return { apiVersion, kind, immutable: inputs.immutable === true };
}

function isIgnored(path: string, ignored: readonly string[]): boolean {
  return ignored.some((root) => path === root || path.startsWith(`${root}.`) || path.startsWith(`${root}[`));
}

/** A program may write down the name that `generateName` made. */
function withoutGeneratedName(changes: PropertyChange[], news: PropertyMap, state: PropertyMap): PropertyChange[] {
  const [wanted, live] = [textIn(mapIn(news, "metadata"), "name"), textIn(mapIn(state, "metadata"), "name")];
  if (wanted === undefined || wanted !== live) return changes;
  return changes.filter(({ path, kind }) => !(formatPath(path) === "metadata.name" && kind === "add"));
}

/**
 * Asks the API server, by a dry run, whether it would refuse the change as one of an immutable field: the table of
 * fields cannot know custom kinds and newer versions.
 */
async function askServer(
  session: Session,
  { oldInputs, oldOutputs, news, type, ignoreChanges }: DiffRequest,
  changes: PropertyChange[],
  call: Call,
): Promise<PropertyChange[]> {
  const { isPatch } = identify(type, textIn(news, "kind"));
  if (session.api === undefined || hasUnknown(news) || isPatch || !isNamed(news)) return changes;
  const given = toObject(news);
  const { enableServerSideApply } = session.config;
  const manager = managerOf(given, oldOutputs, enableServerSideApply);
  const quiet: Call = { signal: call.signal, log: () => {}, status: () => {} };
  const before = toSend(toObject(lastInputs(oldInputs, oldOutputs)));
  const timeoutSeconds = timeoutOf(given, undefined);
  const object = toSend(given);
  const change = { session, api: session.api, object, manager, formerManager: manager, isPatch, timeoutSeconds };
  try {
    await previewUpdate({ ...change, before, ignoreChanges, call: quiet }, news);
    return changes;
  } catch (error) {
    const fields = immutableFields(error);
    // Any other refusal is for the update to tell.
    if (fields === undefined) return changes;
    const touched = changes.map((one) => ({
      ...one,
      replace: fields.some((field) => overlaps(formatPath(one.path), field)),
    }));
    return touched.some(({ replace }) => replace) ? touched : changes.map((one) => ({ ...one, replace: true }));
  }
}

function overlaps(path: string, field: string): boolean {
  return path.startsWith(field) || field.startsWith(path);
}

/** With the annotation `pulumi.com/replaceUnready`, a Job that has not completed is replaced. */
async function replaceUnready(
  session: Session,
  { news, oldOutputs }: DiffRequest,
  call: Call,
): Promise<PropertyChange[]> {
  const given = toObject(news);
  if (!isTrue(given, REPLACE_UNREADY)) return [];
  const live = liveIn(oldOutputs);
  if (session.api === undefined || live === undefined) {
    call.log("warning", "Cluster is unreachable, skipping replaceUnready check");
    return [];
  }
  if (given.kind !== "Job") {
    call.log("warning", "replaceUnready annotation is not supported for this resource");
    return [];
  }
  const now = await session.api.get(keyOf(live)).catch(() => undefined);
  if (now === undefined || conditionOf(now, "Complete")?.status === "True") return [];
  call.status(`${now.kind} ${idOf(now)} is not complete and will be replaced`);
  return [{ path: ["metadata", "annotations", REPLACE_UNREADY], kind: "update", replace: true }];
}

/** The new object has the name and place of the old one, so the old one must go first. */
function keepsItsName(news: PropertyMap, state: PropertyMap): boolean {
  const [wanted, live] = [mapIn(news, "metadata"), mapIn(state, "metadata")];
  return (
    isNamed(news) &&
    !isAutonamed(news) &&
    textIn(wanted, "name") === textIn(live, "name") &&
    (textIn(wanted, "namespace") ?? "") === (textIn(live, "namespace") ?? "")
  );
}
