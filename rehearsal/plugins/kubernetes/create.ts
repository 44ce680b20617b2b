import { type Call, hasUnknown, type PropertyMap } from "../rpc/index.ts";
import { isTrue, PATCH_FORCE } from "./annotations.ts";
import type { KubeApi } from "./client/api.ts";
import {
  ApiError,
  ConnectionError,
  isAlreadyExists,
  isForbidden,
  isNamespaceMissing,
  isNotFound,
  isTransient,
  NoKindError,
} from "./client/error.ts";
import { retrying } from "./client/retry.ts";
import { CREATION_MANAGER, explainConflict, fieldTrees } from "./fields.ts";
import { idOf, type KubeObject, keyOf } from "./object.ts";
import { type Session, warner } from "./session.ts";

/** What is to be written, and under whose name. */
export interface Write {
  readonly session: Session;
  readonly api: KubeApi;
  /** Complete and in clear. */
  readonly object: KubeObject;
  readonly manager: string;
  readonly isPatch: boolean;
  /** For all of it: to be written, and to become ready. */
  readonly timeoutSeconds: number;
  readonly call: Call;
}

/** How long at most to wait for what an object needs first: its namespace, its kind, a webhook that answers. In ms. */
const PREREQUISITES = 30_000;

/** A request to make an object was sent, and no answer ever came: the object may be there. */
export class LostAnswer extends Error {
  override readonly name = "LostAnswer";
  /** Milliseconds of the epoch. */
  readonly since: number;

  constructor(since: number, cause: Error) {
    super(cause.message, { cause });
    this.since = since;
  }
}

/**
 * Makes the object; a patch resource takes its fields of one that is there. Throws {@link LostAnswer} if it may have been
 * made all the same.
 */
export async function create(write: Write): Promise<KubeObject> {
  const { session, api, object, manager, isPatch, call, timeoutSeconds } = write;
  const retry = {
    when: (error: unknown) => isTransient(error) || isMissingPrerequisite(error),
    forMs: Math.min(PREREQUISITES, timeoutSeconds * 1_000),
    signal: call.signal,
    onRetry: (error: unknown) => call.status(`trying again: ${(error as Error).message}`),
  };
  const warn = warner(session, call);
  if (isPatch) {
    await retrying(() => api.get(keyOf(object)), { ...retry, when: (e) => retry.when(e) || isNotFound(e) });
    return applyNew(write, retry);
  }
  if (session.config.enableServerSideApply && session.config.upsertExistingObjects) return applyNew(write, retry);
  let broken: number | undefined;
  return retrying(async () => {
    try {
      return await api.create(object, CREATION_MANAGER, false, warn);
    } catch (error) {
      if (mayBeDone(error)) broken ??= Date.now();
      const ours = isAlreadyExists(error) && broken !== undefined ? await madeSince(api, object, broken) : undefined;
      if (ours) return ours;
      throw isAlreadyExists(error) ? existing(object, error.message) : error;
    }
  }, retry).catch((error: Error) => {
    throw broken !== undefined && isTransient(error) ? new LostAnswer(broken, error) : error;
  });

  async function applyNew(target: Write, how: typeof retry): Promise<KubeObject> {
    const force = isTrue(target.object, PATCH_FORCE) || session.config.enablePatchForce;
    try {
      return await retrying(() => api.apply(object, { manager, force, dryRun: false }, warn), how);
    } catch (error) {
      throw explainConflict(error, manager);
    }
  }
}

/** The request arrived, or may have, and went on without us. */
function mayBeDone(error: unknown): boolean {
  if (error instanceof ConnectionError) return error.ambiguous;
  return error instanceof ApiError && (error.status === 504 || /etcdserver: request timed out/.test(error.message));
}

/** What an object needs may be made at the same time, or need a moment: its namespace, its kind, where that is served. */
function isMissingPrerequisite(error: unknown): boolean {
  if (error instanceof NoKindError || isNotFound(error)) return true;
  return isForbidden(error) && /error looking up service account/.test(error.message);
}

/** The object, if it came to be by a request of ours whose answer was lost. */
async function madeSince(api: KubeApi, object: KubeObject, broken: number): Promise<KubeObject | undefined> {
  const live = await api.get(keyOf(object));
  return isMadeSince(live, broken) ? live : undefined;
}

/** Whether an object came to be by a request of ours whose answer was lost then, and not by somebody else's. */
export function isMadeSince(live: KubeObject, broken: number): boolean {
  // The server's clock has whole seconds.
  const isNew = Date.parse(String(live.metadata.creationTimestamp)) >= broken - 5_000;
  return isNew && fieldTrees(live, (manager) => manager === CREATION_MANAGER).length > 0;
}

/** Whether somebody else's object stands where one of ours may have been made, the answer to whose create was lost. */
export async function isStrangers(api: KubeApi, object: KubeObject, since: number): Promise<boolean> {
  try {
    return !isMadeSince(await api.get(keyOf(object)), since);
  } catch (error) {
    if (isNotFound(error)) return false;
    throw error;
  }
}

/** What a create says where there is one already. */
export function existing(
  object: KubeObject,
  message = `${object.kind} ${JSON.stringify(idOf(object))} already exists`,
): Error {
  return new Error(
    `${message}

The resource already exists in the cluster. This can happen when:
  - a Pulumi resource was renamed: give it an alias of the old name;
  - the object is to be adopted: import it (${object.kind} id ${JSON.stringify(idOf(object))});
  - only some of its fields are to be managed: use the Patch resource of the kind;
  - it is to be overwritten on purpose: set upsertExistingObjects on the provider.`,
  );
}

/**
 * What creating would give, by the API server's dry run; `undefined` where that cannot be known yet: inputs that come
 * later, a namespace or kind that is made in the same update, an object that is replaced, no right to ask.
 */
export async function previewCreate(write: Write, inputs: PropertyMap): Promise<KubeObject | undefined> {
  const { session, api, object, isPatch, call } = write;
  if (hasUnknown(inputs) || isPatch || !session.config.enableServerSideApply) return undefined;
  try {
    return await api.create(object, CREATION_MANAGER, true, warner(session, call));
  } catch (error) {
    const later = error instanceof NoKindError || isNamespaceMissing(error) || isAlreadyExists(error);
    if (later || isForbidden(error) || isDryRunRefused(error)) return undefined;
    throw error;
  }
}

export function isDryRunRefused(error: unknown): boolean {
  return error instanceof ApiError && error.status === 400 && /does not support dry run/.test(error.message);
}
