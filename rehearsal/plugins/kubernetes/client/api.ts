import type { Json, JsonObject, KubeObject, ObjectKey } from "../object.ts";
import { Discovery, type KindInfo } from "./discovery.ts";
import { ApiError, NoKindError } from "./error.ts";
import { Informers } from "./informer.ts";
import type { HttpRequest, Transport } from "./transport.ts";

/** How a server-side apply is done. */
export interface ApplyOptions {
  readonly manager: string;
  /** Take fields over from other managers instead of failing with a conflict. */
  readonly force: boolean;
  readonly dryRun: boolean;
}

/** What the API server said besides its answer. */
export type WarningListener = (warning: string) => void;

/** The Kubernetes API in terms of objects. Errors are {@link ApiError}, ConnectionError and {@link NoKindError}. */
export class KubeApi {
  readonly discovery: Discovery;
  readonly informers: Informers;
  readonly #transport: Transport;

  constructor(transport: Transport) {
    this.#transport = transport;
    this.discovery = new Discovery(async (path) => (await this.#send({ method: "GET", path })) as JsonObject);
    this.informers = new Informers(this, transport);
  }

  /** Any path, such as `/version`. */
  async raw(path: string): Promise<JsonObject> {
    return (await this.#send({ method: "GET", path })) as JsonObject;
  }

  async get(key: ObjectKey): Promise<KubeObject> {
    return this.#object({ method: "GET", path: await this.#path(key) });
  }

  /** Makes a new object; fails with `AlreadyExists` where there is one. Without a name, `generateName` counts. */
  async create(object: JsonObject, manager: string, dryRun: boolean, onWarning?: WarningListener): Promise<KubeObject> {
    const { apiVersion, kind, metadata } = object as KubeObject;
    const path = await this.#collection(apiVersion, kind, metadata.namespace);
    const query = options({ fieldManager: manager, fieldValidation: "Warn", dryRun });
    return this.#object({ method: "POST", path: `${path}${query}`, body: JSON.stringify(object) }, onWarning);
  }

  async apply(object: KubeObject, how: ApplyOptions, onWarning?: WarningListener): Promise<KubeObject> {
    const { manager, force, dryRun } = how;
    const query = options({ fieldManager: manager, force: String(force), fieldValidation: "Warn", dryRun });
    const path = `${await this.#path(keyIn(object))}${query}`;
    const body = JSON.stringify(object);
    return this.#object({ method: "PATCH", path, body, contentType: "application/apply-patch+yaml" }, onWarning);
  }

  /** Replaces an object whole; its `resourceVersion` must be the live one. */
  async replace(
    object: KubeObject,
    manager: string,
    dryRun: boolean,
    onWarning?: WarningListener,
  ): Promise<KubeObject> {
    const path = `${await this.#path(keyIn(object))}${options({ fieldManager: manager, fieldValidation: "Warn", dryRun })}`;
    return this.#object({ method: "PUT", path, body: JSON.stringify(object) }, onWarning);
  }

  /** JSON patch (a list of operations) or JSON merge patch (an object). */
  async patch(
    key: ObjectKey,
    patch: readonly Json[] | JsonObject,
    manager: string,
    dryRun = false,
  ): Promise<KubeObject> {
    const contentType = `application/${Array.isArray(patch) ? "json-patch" : "merge-patch"}+json`;
    const path = `${await this.#path(key)}${options({ fieldManager: manager, dryRun })}`;
    return this.#object({ method: "PATCH", path, body: JSON.stringify(patch), contentType });
  }

  async delete(key: ObjectKey, propagationPolicy: string): Promise<void> {
    await this.#send({ method: "DELETE", path: `${await this.#path(key)}${options({ propagationPolicy })}` });
  }

  /** Objects of a kind, in a namespace if it has them. `query`: `labelSelector`, `fieldSelector`. */
  async list(
    apiVersion: string,
    kind: string,
    namespace?: string,
    query: Readonly<Record<string, string>> = {},
  ): Promise<{ readonly items: readonly KubeObject[]; readonly resourceVersion: string }> {
    const path = `${await this.#collection(apiVersion, kind, namespace)}${options(query)}`;
    const list = (await this.#send({ method: "GET", path })) as JsonObject & {
      items?: KubeObject[];
      metadata: { resourceVersion: string };
    };
    // Items of a list do not say what they are.
    const items = (list.items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    return { items, resourceVersion: list.metadata.resourceVersion };
  }

  /** Path of the objects of a kind; it may be watched. */
  async collectionPath(apiVersion: string, kind: string, namespace?: string): Promise<string> {
    return this.#collection(apiVersion, kind, namespace);
  }

  close(): void {
    this.informers.close();
    this.#transport.close();
  }

  async #kind(apiVersion: string, kind: string): Promise<KindInfo> {
    const info = await this.discovery.find(apiVersion, kind);
    if (!info) throw new NoKindError(apiVersion, kind);
    return info;
  }

  async #collection(apiVersion: string, kind: string, namespace: string | undefined): Promise<string> {
    const { root, plural, namespaced } = await this.#kind(apiVersion, kind);
    return namespaced
      ? `${root}/namespaces/${encodeURIComponent(namespace || "default")}/${plural}`
      : `${root}/${plural}`;
  }

  async #path({ apiVersion, kind, namespace, name }: ObjectKey): Promise<string> {
    return `${await this.#collection(apiVersion, kind, namespace)}/${encodeURIComponent(name)}`;
  }

  async #object(request: HttpRequest, onWarning?: WarningListener): Promise<KubeObject> {
    return (await this.#send(request, onWarning)) as KubeObject;
  }

  async #send(request: HttpRequest, onWarning?: WarningListener): Promise<Json> {
    const { status, body, warnings, retryAfter } = await this.#transport.request(request);
    if (onWarning) for (const warning of warnings) onWarning(warning);
    let answer: Json | undefined;
    try {
      answer = JSON.parse(body) as Json;
    } catch {
      // Proxies, and the API server while it starts, answer with plain text.
    }
    const plain = `the API server answered ${request.method} with status ${status}: ${body.slice(0, 500).trim()}`;
    if (status >= 300 || answer === undefined) throw new ApiError(status, answer, plain, retryAfter);
    return answer;
  }
}

function keyIn(object: KubeObject): ObjectKey {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, namespace: metadata.namespace, name: metadata.name };
}

function options(query: Readonly<Record<string, string | boolean>>): string {
  const { dryRun, ...texts } = query;
  const parameters = new URLSearchParams(texts as Record<string, string>);
  if (dryRun === true) parameters.set("dryRun", "All");
  return parameters.size > 0 ? `?${parameters}` : "";
}
