import { dirname, resolve } from "node:path";
import { load } from "js-yaml";
import { isJsonObject, type Json, type JsonObject, listAt, textAt } from "../object.ts";

/** A kubeconfig: named clusters, users and contexts. Paths in it are absolute. */
export interface Kubeconfig {
  readonly currentContext: string | undefined;
  readonly contexts: ReadonlyMap<string, JsonObject>;
  readonly clusters: ReadonlyMap<string, JsonObject>;
  readonly users: ReadonlyMap<string, JsonObject>;
}

/** What is wrong with a kubeconfig, for the person who gave it. */
export class KubeconfigError extends Error {
  override readonly name = "KubeconfigError";
}

/** Fields that name files; a relative one starts at the folder of the kubeconfig. */
const FILE_FIELDS = ["certificate-authority", "client-certificate", "client-key", "tokenFile"];

/** Reads the text (YAML or JSON) of a kubeconfig. `source` is its file, or how errors are to call it. */
export function parseKubeconfig(text: string, source: string): Kubeconfig {
  let document: unknown;
  try {
    document = load(text);
  } catch (error) {
    throw new KubeconfigError(`${source} is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  if (!isJsonObject(document as Json)) throw new KubeconfigError(`${source} is no kubeconfig: it holds no fields`);
  const config = document as JsonObject;
  const folder = dirname(source);
  return {
    currentContext: textAt(config, "current-context") || undefined,
    contexts: named(config, "contexts", "context", folder),
    clusters: named(config, "clusters", "cluster", folder),
    users: named(config, "users", "user", folder),
  };
}

function named(config: JsonObject, list: string, field: string, folder: string): Map<string, JsonObject> {
  const entries = new Map<string, JsonObject>();
  for (const item of listAt(config, list)) {
    const name = textAt(item, "name");
    const value = item[field];
    if (name !== undefined && !entries.has(name)) entries.set(name, absolute(isJsonObject(value) ? value : {}, folder));
  }
  return entries;
}

function absolute(entry: JsonObject, folder: string): JsonObject {
  const paths = FILE_FIELDS.flatMap((field) => {
    const path = textAt(entry, field);
    return path ? [[field, resolve(folder, path)] as const] : [];
  });
  return { ...entry, ...Object.fromEntries(paths) };
}

/** One kubeconfig out of several files: the first to set something wins, as kubectl does with `KUBECONFIG=a:b`. */
export function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  const all = (pick: (config: Kubeconfig) => ReadonlyMap<string, JsonObject>) =>
    new Map(configs.toReversed().flatMap((config) => [...pick(config)]));
  return {
    currentContext: configs.find((config) => config.currentContext)?.currentContext,
    contexts: all((config) => config.contexts),
    clusters: all((config) => config.clusters),
    users: all((config) => config.users),
  };
}

/** What the caller sets over the kubeconfig's own choice. */
export interface Selection {
  readonly context?: string | undefined;
  readonly cluster?: string | undefined;
}

/** The chosen context with what it names. */
export interface Selected {
  readonly context: string;
  readonly namespace: string | undefined;
  readonly cluster: JsonObject;
  readonly user: JsonObject;
}

/** Chooses a context: the one asked for, else the current one. Throws {@link KubeconfigError} naming what there is. */
export function selectContext(config: Kubeconfig, wanted: Selection, source: string): Selected {
  const name = wanted.context || config.currentContext;
  if (name === undefined)
    throw new KubeconfigError(
      `${source} sets no current-context and none was asked for; ${have(config.contexts, "context")}`,
    );
  const context = config.contexts.get(name);
  if (context === undefined)
    throw new KubeconfigError(`${source} has no context ${JSON.stringify(name)}; ${have(config.contexts, "context")}`);
  const clusterName = wanted.cluster || textAt(context, "cluster") || "";
  const cluster = config.clusters.get(clusterName);
  if (cluster === undefined)
    throw new KubeconfigError(
      `${source} has no cluster ${JSON.stringify(clusterName)}, which context ${JSON.stringify(name)} names; ${have(config.clusters, "cluster")}`,
    );
  const userName = textAt(context, "user");
  const user = userName ? config.users.get(userName) : {};
  if (user === undefined)
    throw new KubeconfigError(
      `${source} has no user ${JSON.stringify(userName)}, which context ${JSON.stringify(name)} names; ${have(config.users, "user")}`,
    );
  return { context: name, namespace: textAt(context, "namespace") || undefined, cluster, user };
}

function have(entries: ReadonlyMap<string, unknown>, what: string): string {
  const names = [...entries.keys()].sort();
  return names.length === 0 ? `it has no ${what} at all` : `it has: ${names.join(", ")}`;
}
