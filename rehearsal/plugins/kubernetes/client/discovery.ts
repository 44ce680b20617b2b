import { type JsonObject, listAt, textAt } from "../object.ts";
import { isNotFound } from "./error.ts";

/** Where objects of one kind are served. */
export interface KindInfo {
  /** Plural name in paths, such as `deployments`. */
  readonly plural: string;
  readonly namespaced: boolean;
  /** Path of the version, such as `/apis/apps/v1`. */
  readonly root: string;
}

/** What kinds the API server serves, asked once for each apiVersion and kept until {@link Discovery.reset}. */
export class Discovery {
  readonly #get: (path: string) => Promise<JsonObject>;
  readonly #versions = new Map<string, Promise<ReadonlyMap<string, KindInfo>>>();

  /** `get` reads a path of the API server. */
  constructor(get: (path: string) => Promise<JsonObject>) {
    this.#get = get;
  }

  /** `undefined`: the server has no such kind now. Kinds that were not found are asked for again. */
  async find(apiVersion: string, kind: string): Promise<KindInfo | undefined> {
    const known = this.#versions.get(apiVersion);
    const info = (await known)?.get(kind);
    if (info) return info;
    if (this.#versions.get(apiVersion) === known) this.#versions.set(apiVersion, this.#read(apiVersion));
    return (await this.#versions.get(apiVersion))?.get(kind);
  }

  /** Forgets everything: definitions have changed. */
  reset(): void {
    this.#versions.clear();
  }

  #read(apiVersion: string): Promise<ReadonlyMap<string, KindInfo>> {
    const root = apiVersion.includes("/") ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
    const reading = this.#get(root).then(
      (list) => kindsIn(list, root),
      (error: unknown) => {
        if (isNotFound(error)) return new Map<string, KindInfo>();
        this.#versions.delete(apiVersion);
        throw error;
      },
    );
    return reading;
  }
}

function kindsIn(list: JsonObject, root: string): ReadonlyMap<string, KindInfo> {
  const kinds = new Map<string, KindInfo>();
  for (const resource of listAt(list, "resources")) {
    const [plural, kind] = [textAt(resource, "name") ?? "", textAt(resource, "kind") ?? ""];
    // A name with a slash is a subresource, such as pods/log.
    if (!plural.includes("/")) kinds.set(kind, { plural, namespaced: resource.namespaced === true, root });
  }
  return kinds;
}
