import type { Call } from "../rpc/index.ts";
import { propagationOf, timeoutOf } from "./annotations.ts";
import type { KubeApi } from "./client/api.ts";
import { ApiError, isNotFound, isTransient, NoKindError } from "./client/error.ts";
import { retrying } from "./client/retry.ts";
import { conditionOf, idOf, type KubeObject, keyOf, textAt, textsAt } from "./object.ts";
import { release } from "./update.ts";
import { skipsDeleteWait } from "./wait/rules.ts";
import { waitUntilGone } from "./wait/wait.ts";

/** An object to be deleted. */
export interface Deletion {
  readonly api: KubeApi;
  /** As the state has it: where it is. */
  readonly object: KubeObject;
  /** As the program wrote it last: its annotations count. */
  readonly given: KubeObject;
  readonly timeoutSeconds: number | undefined;
  readonly call: Call;
}

const RETRY_FOR = 30_000;
/** What a namespace says of what is left in it. */
const NAMESPACE_CONDITIONS = [
  "NamespaceContentRemaining",
  "NamespaceFinalizersRemaining",
  "NamespaceDeletionContentFailure",
  "NamespaceDeletionDiscoveryFailure",
];

/** Deletes an object and waits until it is gone. One that is gone already, or whose kind is, counts as deleted. */
export async function remove({ api, object, given, timeoutSeconds, call }: Deletion): Promise<void> {
  const retry = {
    when: isTransient,
    forMs: RETRY_FOR,
    signal: call.signal,
    onRetry: (error: unknown) => call.status(`trying again: ${(error as Error).message}`),
  };
  let live: KubeObject;
  try {
    live = await retrying(() => api.get(keyOf(object)), retry);
    await retrying(() => api.delete(keyOf(object), propagationOf(given)), retry);
  } catch (error) {
    if (isNotFound(error) || error instanceof NoKindError) return;
    throw error;
  }
  if (skipsDeleteWait(given)) return;
  await waitUntilGone(api, live, holders, {
    timeoutSeconds: timeoutOf(given, timeoutSeconds),
    signal: call.signal,
    status: call.status,
    warn: (message) => call.log("warning", message),
  });
}

/** What keeps an object that is to go. */
export function holders(object: KubeObject): readonly string[] {
  const left = NAMESPACE_CONDITIONS.flatMap((type) => {
    const condition = conditionOf(object, type);
    return condition?.status === "True" ? [textAt(condition, "message") ?? type] : [];
  });
  const finalizers = textsAt(object, "metadata", "finalizers");
  const waiting = finalizers.filter((name) => name !== "foregroundDeletion");
  if (waiting.length > 0) left.push(`finalizers might be preventing deletion (${waiting.join(", ")})`);
  if (finalizers.includes("foregroundDeletion")) left.push("what belongs to it is being deleted first");
  return left;
}

/** Ends a patch: its fields go to whoever else owns them, or back to their default. */
export async function removePatch(api: KubeApi, object: KubeObject, manager: string): Promise<void> {
  try {
    await api.get(keyOf(object));
    await release({ api, object }, manager);
  } catch (error) {
    if (isNotFound(error) || error instanceof NoKindError) return;
    const required =
      error instanceof ApiError ? error.causes.filter(({ reason }) => reason === "FieldValueRequired") : [];
    if (required.length === 0) throw error;
    throw new Error(
      `this Patch resource is currently managing a required field of ${object.kind} ${idOf(object)}, so it can't be deleted directly: ${required.map(({ field }) => field).join(", ")}. Either set the \`retainOnDelete\` resource option, or transfer ownership of the field before deleting.`,
    );
  }
}
