import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

/** How the cluster is reached. */
export interface ClusterAccess {
  /** Absolute path of kubectl. */
  readonly kubectl: string;
  /** Left out: the person's own. */
  readonly kubeconfig?: string;
  readonly context: string;
}

/** How long the API server may take to answer. */
const TIMEOUT_S = 10;

/** Runs kubectl, and gives what it printed. Throws the error of its process, with `stderr`, if it ended in failure. */
export async function kubectl(
  { kubectl: path, kubeconfig, context }: ClusterAccess,
  cacheDir: string,
  words: readonly string[],
): Promise<string> {
  const where = [...(kubeconfig ? ["--kubeconfig", kubeconfig] : []), "--context", context];
  const { stdout } = await promisify(execFile)(
    path,
    [...where, ...words, `--request-timeout=${TIMEOUT_S}s`],
    // What kubectl remembers of the API goes into our cache, not into the person's home folder.
    { maxBuffer: 256 * 1024 * 1024, env: { ...process.env, KUBECACHEDIR: join(cacheDir, "kubectl") } },
  );
  return stdout;
}
