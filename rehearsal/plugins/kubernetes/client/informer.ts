import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject, KubeObject } from "../object.ts";
import type { KubeApi } from "./api.ts";
import { ApiError, ConnectionError } from "./error.ts";
import type { Transport } from "./transport.ts";

/** Objects to keep in view: a kind, in a namespace, or one object of it. */
export interface Scope {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string | undefined;
  readonly fieldSelector?: string;
}

/** What is seen through a {@link Scope}, always as new as the API server told. */
export interface View {
  /** Objects by uid. Fields that no one here reads (`managedFields`) are left out of all but single objects. */
  readonly objects: ReadonlyMap<string, KubeObject>;
  /** Since when the server cannot be reached, in milliseconds of the epoch; `undefined`: it can. */
  readonly lostSince: number | undefined;
  /** Stops looking. */
  close(): void;
}

/** How long a watch without any viewer goes on: the next resource often wants the same one. Milliseconds. */
const LINGER = 2_000;
const RECONNECT_PAUSE = 500;
/** How long the first look may take while the API server is away, in milliseconds; after it, viewers decide. */
const FIRST_LOOK_LIMIT = 60_000;
/** Watches end after this many seconds and start again where they were, so that a dead connection is noticed. */
const WATCH_TIMEOUT = 240;

/** Watches that are shared: however many resources wait for pods of a namespace, the server is asked once. */
export class Informers {
  readonly #api: KubeApi;
  readonly #transport: Transport;
  readonly #watches = new Map<string, Watch>();

  constructor(api: KubeApi, transport: Transport) {
    this.#api = api;
    this.#transport = transport;
  }

  /** Starts to look; resolves when all that is there has been seen. `onChange` is called after every change. */
  async open(scope: Scope, onChange: () => void): Promise<View> {
    const id = JSON.stringify([scope.apiVersion, scope.kind, scope.namespace, scope.fieldSelector]);
    let watch = this.#watches.get(id);
    if (watch === undefined) {
      watch = new Watch(this.#api, this.#transport, scope, () => this.#watches.delete(id));
      this.#watches.set(id, watch);
    }
    return watch.join(onChange);
  }

  close(): void {
    for (const watch of this.#watches.values()) watch.stop();
  }
}

class Watch {
  readonly #api: KubeApi;
  readonly #transport: Transport;
  readonly #scope: Scope;
  readonly #onEnd: () => void;
  readonly #stopping = new AbortController();
  readonly #listeners = new Set<() => void>();
  readonly #first: Promise<void>;
  #objects = new Map<string, KubeObject>();
  #lostSince: number | undefined;
  #isSeen = false;
  #linger: NodeJS.Timeout | undefined;

  constructor(api: KubeApi, transport: Transport, scope: Scope, onEnd: () => void) {
    this.#api = api;
    this.#transport = transport;
    this.#scope = scope;
    this.#onEnd = onEnd;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#first = promise;
    this.#run(resolve).catch((error: unknown) => {
      reject(error);
      this.stop();
    });
  }

  async join(onChange: () => void): Promise<View> {
    clearTimeout(this.#linger);
    this.#listeners.add(onChange);
    const watch = this;
    try {
      await this.#first;
    } catch (error) {
      this.#leave(onChange);
      throw error;
    }
    return {
      get objects() {
        return watch.#objects;
      },
      get lostSince() {
        return watch.#lostSince;
      },
      close: () => this.#leave(onChange),
    };
  }

  stop(): void {
    clearTimeout(this.#linger);
    this.#stopping.abort();
    this.#onEnd();
  }

  #leave(onChange: () => void): void {
    this.#listeners.delete(onChange);
    if (this.#listeners.size > 0 || this.#stopping.signal.aborted) return;
    this.#linger = setTimeout(() => this.stop(), LINGER);
    this.#linger.unref();
  }

  /** Lists, then watches from there, for as long as anyone looks; a lost connection or an outdated version starts over. */
  async #run(seen: () => void): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        let version = await this.#list();
        this.#isSeen = true;
        seen();
        while (!signal.aborted) version = await this.#follow(version, signal);
      } catch (error) {
        if (signal.aborted) return;
        if (error instanceof ConnectionError) {
          this.#lostSince ??= Date.now();
          if (!this.#isSeen && Date.now() - this.#lostSince > FIRST_LOOK_LIMIT) throw error;
        } else if (!(error instanceof ApiError && (error.status === 410 || error.status >= 500))) throw error;
        this.#tell();
        await sleep(RECONNECT_PAUSE, undefined, { signal }).catch(() => {});
      }
    }
  }

  async #list(): Promise<string> {
    const { apiVersion, kind, namespace, fieldSelector } = this.#scope;
    const query: Record<string, string> = fieldSelector ? { fieldSelector } : {};
    const { items, resourceVersion } = await this.#api.list(apiVersion, kind, namespace, query);
    this.#objects = new Map(items.map((item) => [uidOf(item), this.#slim(item)]));
    this.#lostSince = undefined;
    this.#tell();
    return resourceVersion;
  }

  async #follow(from: string, signal: AbortSignal): Promise<string> {
    const { apiVersion, kind, namespace, fieldSelector } = this.#scope;
    const collection = await this.#api.collectionPath(apiVersion, kind, namespace);
    const query = new URLSearchParams({
      watch: "true",
      resourceVersion: from,
      allowWatchBookmarks: "true",
      timeoutSeconds: String(WATCH_TIMEOUT),
      ...(fieldSelector && { fieldSelector }),
    });
    let version = from;
    for await (const line of this.#transport.lines(`${collection}?${query}`, signal)) {
      const { type, object } = JSON.parse(line) as { type?: string; object?: KubeObject } & JsonObject;
      // An answer without a type is an error in place of the stream.
      if (type === undefined || type === "ERROR" || object === undefined) {
        const status = object ?? (JSON.parse(line) as JsonObject);
        throw new ApiError(Number(status.code ?? 500), status, "the watch ended with an error");
      }
      version = object.metadata.resourceVersion as string;
      if (type === "BOOKMARK") continue;
      if (type === "DELETED") this.#objects.delete(uidOf(object));
      else this.#objects.set(uidOf(object), this.#slim(object));
      this.#tell();
    }
    return version;
  }

  #slim(object: KubeObject): KubeObject {
    if (this.#scope.fieldSelector?.startsWith("metadata.name=")) return object;
    const { managedFields, ...metadata } = object.metadata;
    return { ...object, metadata } as KubeObject;
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
  }
}

function uidOf(object: KubeObject): string {
  return object.metadata.uid as string;
}
