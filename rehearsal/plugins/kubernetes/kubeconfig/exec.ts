import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { type JsonObject, listAt, textAt, textsAt } from "../object.ts";
import type { Credentials, RequestHeaders } from "./access.ts";
import { KubeconfigError } from "./kubeconfig.ts";

const run = promisify(execFile);

/** How long a credential program may take, in milliseconds: some open a browser. */
const EXEC_TIMEOUT = 120_000;
/** How long before its end a credential counts as expired, in milliseconds. */
const EXPIRY_MARGIN = 10_000;

/**
 * Credentials from a program, as `client.authentication.k8s.io` describes it. They are kept until they expire; one run
 * serves all who ask at the same time.
 */
export function execCredentials(
  exec: JsonObject,
  cluster: JsonObject,
  headers: RequestHeaders,
): () => Promise<Credentials> {
  let current: Promise<{ credentials: Credentials; expires: number }> | undefined;
  return async () => {
    const known = await current?.catch(() => undefined);
    if (known === undefined || known.expires - EXPIRY_MARGIN < Date.now()) current = ask(exec, cluster, headers);
    return (await (current as NonNullable<typeof current>)).credentials;
  };
}

async function ask(exec: JsonObject, cluster: JsonObject, headers: RequestHeaders) {
  const command = textAt(exec, "command") ?? "";
  const apiVersion = textAt(exec, "apiVersion") ?? "client.authentication.k8s.io/v1";
  const env = Object.fromEntries(listAt(exec, "env").map((item) => [textAt(item, "name"), textAt(item, "value")]));
  const server = {
    server: textAt(cluster, "server"),
    "certificate-authority-data": cluster["certificate-authority-data"],
  };
  const spec = { interactive: false, ...(exec.provideClusterInfo === true && { cluster: server }) };
  const info = JSON.stringify({ apiVersion, kind: "ExecCredential", spec });
  let output: string;
  try {
    const options = { env: { ...process.env, ...env, KUBERNETES_EXEC_INFO: info }, timeout: EXEC_TIMEOUT };
    output = (await run(command, [...textsAt(exec, "args")], options)).stdout;
  } catch (error) {
    const hint = textAt(exec, "installHint");
    const { code, stderr = "" } = error as { code?: string | number; stderr?: string };
    const why = code === "ENOENT" ? "it was not found" : `it ended with ${code ?? "a signal"} ${stderr.trim()}`;
    throw new KubeconfigError(`the credential program ${command} failed: ${why}${hint ? `\n${hint}` : ""}`);
  }
  return readCredential(output, command, headers);
}

function readCredential(output: string, command: string, headers: RequestHeaders) {
  let status: JsonObject;
  try {
    status = (JSON.parse(output) as { status: JsonObject }).status;
  } catch {
    throw new KubeconfigError(`the credential program ${command} did not answer with an ExecCredential`);
  }
  const token = textAt(status, "token");
  const expires = Date.parse(textAt(status, "expirationTimestamp") ?? "");
  return {
    credentials: {
      headers: { ...headers, ...(token && { authorization: `Bearer ${token}` }) },
      cert: textAt(status, "clientCertificateData"),
      key: textAt(status, "clientKeyData"),
    },
    expires: Number.isNaN(expires) ? Number.POSITIVE_INFINITY : expires,
  };
}
