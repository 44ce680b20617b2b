import type { KubeApi } from "../client/api.ts";
import { isHidden, isNotFound, isTransient } from "../client/error.ts";
import type { Scope, View } from "../client/informer.ts";
import { retrying } from "../client/retry.ts";
import { idOf, type KubeObject, keyOf, numberAt } from "../object.ts";
import type { NotReady, Readiness, Rule } from "./readiness.ts";

/** How long the API server may be away during a wait before the wait gives up, in milliseconds. */
const LOST_LIMIT = 60_000;
/** How often the status line is renewed while nothing changes, in milliseconds. */
const TICK = 5_000;

/** A wait that did not end well. The object exists. */
export class WaitError extends Error {
  override readonly name = "WaitError";
  /** As last seen. */
  readonly object: KubeObject;
  /** What stood in the way. */
  readonly problems: readonly string[];

  constructor(message: string, object: KubeObject, problems: readonly string[]) {
    super(message);
    this.object = object;
    this.problems = problems;
  }
}

export interface WaitOptions {
  readonly timeoutSeconds: number;
  readonly signal: AbortSignal;
  /** Hears what is waited for. */
  readonly status: (message: string) => void;
  readonly warn: (message: string) => void;
}

/** Waits until a rule finds an object ready, and gives the object as it is then. Throws {@link WaitError}. */
export async function waitUntilReady(
  api: KubeApi,
  written: KubeObject,
  rule: Rule,
  options: WaitOptions,
): Promise<KubeObject> {
  const sight = await openUnlessCancelled(api, written, rule, options.signal);
  try {
    await watchUntil(sight, () => judge(sight, written, rule), options, `${written.kind} ${idOf(written)}`);
  } finally {
    sight.close();
  }
  options.status("");
  const live = await getNow(api, written, options.signal);
  if (live === undefined) throw gone(written);
  return live;
}

/** The object as it is now; `undefined`: it is gone. */
async function getNow(api: KubeApi, object: KubeObject, signal: AbortSignal): Promise<KubeObject | undefined> {
  try {
    return await retrying(() => api.get(keyOf(object)), { when: isTransient, forMs: LOST_LIMIT, signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Opening takes long only while the API server is away; what opens after a cancellation is closed again. */
async function openUnlessCancelled(api: KubeApi, object: KubeObject, rule: Rule | undefined, signal: AbortSignal) {
  const opening = openSight(api, object, rule);
  const cancelled = Promise.withResolvers<never>();
  const cancel = () => {
    cancelled.reject(new WaitError(`${object.kind} ${idOf(object)} was left: the operation was cancelled`, object, []));
    opening.then((sight) => sight.close()).catch(() => {});
  };
  if (signal.aborted) cancel();
  signal.addEventListener("abort", cancel, { once: true });
  try {
    return await Promise.race([opening, cancelled.promise]);
  } finally {
    signal.removeEventListener("abort", cancel);
  }
}

/** Judges once, by what is there now. */
export async function judgeOnce(api: KubeApi, object: KubeObject, rule: Rule): Promise<Readiness> {
  const lists = await Promise.all(
    Object.entries(rule.related?.(object) ?? {}).map(async ([name, { apiVersion, kind, namespace, fieldSelector }]) => {
      const query: Record<string, string> = fieldSelector ? { fieldSelector } : {};
      const listed = await api.list(apiVersion, kind, namespace, query).catch(emptyIfHidden({ items: [] }));
      return [name, listed.items] as const;
    }),
  );
  const seen = new Map(lists);
  return rule.judge(object, (name) => seen.get(name) ?? []);
}

/** An object and what its rule wants to see besides, all kept up to date. */
interface Sight {
  readonly main: View;
  readonly related: ReadonlyMap<string, View>;
  /** Called after every change. */
  onChange: () => void;
  /** The object as last seen. */
  last: KubeObject;
  close(): void;
}

async function openSight(api: KubeApi, written: KubeObject, rule: Rule | undefined): Promise<Sight> {
  const { apiVersion, kind, metadata } = written;
  let sight: Sight | undefined;
  const changed = () => sight?.onChange();
  const views: View[] = [];
  const open = async (scope: Scope) => {
    const view = await api.informers.open(scope, changed);
    views.push(view);
    return view;
  };
  const close = () => {
    for (const view of views) view.close();
  };
  const scopes = Object.entries(rule?.related?.(written) ?? {});
  const opening = [
    open({ apiVersion, kind, namespace: metadata.namespace }),
    ...scopes.map(([, scope]) => open(scope).catch(emptyIfHidden(NOTHING))),
  ] as const;
  try {
    const [main, ...others] = await Promise.all(opening);
    const related = new Map(scopes.map(([name], i) => [name, others[i] as View]));
    sight = { main, related, onChange: () => {}, last: written, close };
    return sight;
  } catch (error) {
    await Promise.allSettled(opening);
    close();
    throw error;
  }
}

const NOTHING: View = { objects: new Map(), lostSince: undefined, close: () => {} };

/** What may not be read tells nothing more; the wait goes on with the object itself. */
function emptyIfHidden<Empty>(empty: Empty): (error: unknown) => Empty {
  return (error) => {
    if (isHidden(error)) return empty;
    throw error;
  };
}

type Verdict = { readonly done: true; readonly warning?: string } | ({ readonly done: false } & NotReady);

/** What is seen may be older than what was written: a shared watch lags a little. */
function judge(sight: Sight, written: KubeObject, rule: Rule): Verdict {
  const object = sight.main.objects.get(written.metadata.uid as string);
  if (object === undefined && sight.last !== written) throw gone(sight.last);
  if (object === undefined || isOlder(object, written))
    return { done: false, ready: false, waitingFor: "the change has to be seen", problems: [] };
  sight.last = object;
  const readiness = rule.judge(object, (name) => [...(sight.related.get(name)?.objects.values() ?? [])]);
  return readiness.ready ? { ...readiness, done: true } : { ...readiness, done: false };
}

function isOlder(seen: KubeObject, written: KubeObject): boolean {
  const [before, after] = [numberAt(seen, "metadata", "generation"), numberAt(written, "metadata", "generation")];
  if (before !== undefined && after !== undefined) return before < after;
  return Number(seen.metadata.resourceVersion) < Number(written.metadata.resourceVersion);
}

function gone(object: KubeObject): WaitError {
  return new WaitError(`${object.kind} ${idOf(object)} was deleted while it was waited for`, object, []);
}

/** Waits until an object is gone. Throws {@link WaitError} with what still holds it. */
export async function waitUntilGone(
  api: KubeApi,
  object: KubeObject,
  holders: (object: KubeObject) => readonly string[],
  options: WaitOptions,
): Promise<void> {
  const uid = object.metadata.uid as string;
  const sight = await openUnlessCancelled(api, object, undefined, options.signal);
  const verdict = (): Verdict => {
    const seen = sight.main.objects.get(uid);
    if (seen === undefined) return { done: true };
    sight.last = seen;
    return { done: false, ready: false, waitingFor: "it has to be gone", problems: holders(seen) };
  };
  try {
    for (;;) {
      await watchUntil(sight, verdict, options, `${object.kind} ${idOf(object)}`);
      const left = await getNow(api, object, options.signal);
      if (left === undefined || left.metadata.uid !== uid) return options.status("");
    }
  } finally {
    sight.close();
  }
}

/** Asks for a verdict after every change, until it is done, has failed, or time is up. */
async function watchUntil(sight: Sight, verdict: () => Verdict, options: WaitOptions, subject: string): Promise<void> {
  const { timeoutSeconds, signal, status, warn } = options;
  const start = Date.now();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let settling: NodeJS.Timeout | undefined;
  let last: NotReady = { ready: false, waitingFor: "its status", problems: [] };
  const fail = (why: string) => {
    const problems = last.problems.length > 0 ? last.problems : [`still waited for: ${last.waitingFor}`];
    reject(new WaitError(`${subject} ${why}`, sight.last, problems));
  };
  const look = () => {
    try {
      const now = verdict();
      if (now.done) {
        if (now.warning) warn(now.warning);
        return resolve();
      }
      last = now;
      if (!now.settles) settling = stop(settling);
      if (now.failed) return fail(`will not become ready: ${now.waitingFor}`);
      if (now.settles) {
        const { afterMs, warning } = now.settles;
        settling ??= setTimeout(() => {
          warn(warning);
          resolve();
        }, afterMs);
      }
      say();
    } catch (error) {
      reject(error);
    }
  };
  let said = "";
  const say = () => {
    const seconds = Math.round((Date.now() - start) / 1_000);
    const away = sight.main.lostSince !== undefined;
    const problem = away ? "the API server is away" : last.problems[0];
    const message = `${last.waitingFor}${problem ? `: ${problem}` : ""}${seconds >= 5 ? ` (${seconds} s)` : ""}`;
    if (message !== said) status(message);
    said = message;
  };
  const cancel = () => fail("was left before it was ready: the operation was cancelled");
  const tick = setInterval(() => {
    const { lostSince } = sight.main;
    if (lostSince !== undefined && Date.now() - lostSince > LOST_LIMIT) fail("is out of sight: the API server is away");
    else say();
  }, TICK);
  const timeout = setTimeout(
    () => fail(`timed out waiting to be Ready after ${timeoutSeconds} s`),
    timeoutSeconds * 1_000,
  );
  signal.addEventListener("abort", cancel, { once: true });
  sight.onChange = look;
  try {
    if (signal.aborted) cancel();
    else look();
    await promise;
  } finally {
    sight.onChange = () => {};
    stop(settling);
    clearTimeout(timeout);
    clearInterval(tick);
    signal.removeEventListener("abort", cancel);
  }
}

function stop(timer: NodeJS.Timeout | undefined): undefined {
  clearTimeout(timer);
}
