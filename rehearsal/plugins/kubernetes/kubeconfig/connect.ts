import { existsSync, readFileSync } from "node:fs";
import { type JsonObject, textAt, textsAt } from "../object.ts";
import type { ClusterAccess, Credentials, RequestHeaders, TlsOptions } from "./access.ts";
import { execCredentials } from "./exec.ts";
import { KubeconfigError, type Selected } from "./kubeconfig.ts";

/** How long a token from a file is used before the file is read again, in milliseconds: client-go's minute. */
const TOKEN_FILE_LIFETIME = 60_000;
const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** Turns the chosen context into a way to the cluster. Throws {@link KubeconfigError} for what cannot be served. */
export function connect(selected: Selected): ClusterAccess {
  const { cluster, user, context } = selected;
  const address = textAt(cluster, "server") ?? "";
  if (!URL.canParse(address))
    throw new KubeconfigError(`the cluster of context ${JSON.stringify(context)} has no valid server address`);
  for (const [entry, field, instead] of [
    [cluster, "proxy-url", "a server address that can be reached directly"],
    [user, "auth-provider", "exec"],
    [user, "as-uid", "as and as-groups"],
    [user, "as-user-extra", "as and as-groups"],
  ] as const)
    if (entry[field] !== undefined)
      throw new KubeconfigError(
        `context ${JSON.stringify(context)} uses ${field}, which is not supported; use ${instead}`,
      );
  return {
    server: new URL(address),
    tls: tlsOptions(cluster),
    namespace: selected.namespace,
    credentials: credentialsOf(user, cluster),
  };
}

/** Access from inside a pod, by its service account; `undefined` anywhere else. */
export function inClusterAccess(env: NodeJS.ProcessEnv = process.env): ClusterAccess | undefined {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = env;
  const tokenFile = `${SERVICE_ACCOUNT}/token`;
  if (!host || !existsSync(tokenFile)) return undefined;
  return {
    server: new URL(`https://${host.includes(":") ? `[${host}]` : host}:${port ?? 443}`),
    tls: { ca: readFileSync(`${SERVICE_ACCOUNT}/ca.crt`) },
    namespace: readFileSync(`${SERVICE_ACCOUNT}/namespace`, "utf8").trim(),
    credentials: tokenFileCredentials(tokenFile, {}),
  };
}

function tlsOptions(cluster: JsonObject): TlsOptions {
  const ca = dataOf(cluster, "certificate-authority");
  const servername = textAt(cluster, "tls-server-name");
  return {
    ...(ca && { ca }),
    ...(servername && { servername }),
    ...(cluster["insecure-skip-tls-verify"] === true && { rejectUnauthorized: false }),
  };
}

function credentialsOf(user: JsonObject, cluster: JsonObject): () => Promise<Credentials> {
  const headers = impersonation(user);
  const tokenFile = textAt(user, "tokenFile");
  const token = textAt(user, "token");
  const [name, password] = [textAt(user, "username"), textAt(user, "password")];
  const pair = { cert: dataOf(user, "client-certificate"), key: dataOf(user, "client-key") };
  if (user.exec !== undefined) return execCredentials(user.exec as JsonObject, cluster, headers);
  if (tokenFile) return tokenFileCredentials(tokenFile, headers);
  const authorization = token
    ? { authorization: `Bearer ${token}` }
    : name !== undefined && { authorization: `Basic ${Buffer.from(`${name}:${password ?? ""}`).toString("base64")}` };
  const fixed = { headers: { ...headers, ...authorization }, ...pair };
  return async () => fixed;
}

function tokenFileCredentials(path: string, headers: RequestHeaders): () => Promise<Credentials> {
  let readAt = Number.NEGATIVE_INFINITY;
  let token = "";
  return async () => {
    if (Date.now() - readAt > TOKEN_FILE_LIFETIME) {
      token = readFileSync(path, "utf8").trim();
      readAt = Date.now();
    }
    return { headers: { ...headers, authorization: `Bearer ${token}` } };
  };
}

/** Each group has a header of its own: a comma would be a part of its name. */
function impersonation(user: JsonObject): RequestHeaders {
  const as = textAt(user, "as");
  const groups = textsAt(user, "as-groups");
  return {
    ...(as && { "impersonate-user": as }),
    ...(groups.length > 0 && { "impersonate-group": [...groups] }),
  };
}

/** A field that holds a file's path, or with `-data` its content in base64, which counts first. */
function dataOf(entry: JsonObject, field: string): Buffer | undefined {
  const data = textAt(entry, `${field}-data`);
  if (data) return Buffer.from(data, "base64");
  const path = textAt(entry, field);
  if (!path) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    throw new KubeconfigError(`${field} ${path} cannot be read: ${(error as Error).message}`);
  }
}
