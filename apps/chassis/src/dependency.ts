/** Something a service cannot work without: a database, a cache, a message broker. */
export interface Dependency {
  /** Its name in `/readyz` and in logs. */
  readonly name: string;
  /** Resolves if it answers, rejects with the reason if not. Called at every readiness probe, so it must be cheap. */
  check(): Promise<unknown>;
  /** Gives its connections back. Called once, after the last request and the last message. */
  close(): Promise<void>;
}

/** What a check found: `undefined` when the dependency answers, else the reason, in words fit for a log. */
export type Finding = string | undefined;

/** Shorter than the second after which a kubelet gives a probe up by default: the answer then still names the culprit. */
const CHECK_TIMEOUT_MS = 800;

/** Asks all dependencies at once. A check that takes longer than 800 ms counts as failed. */
export async function checkAll(dependencies: readonly Dependency[]): Promise<Map<string, Finding>> {
  const findings = await Promise.all(
    dependencies.map(async (dependency) => [dependency.name, await findingOf(dependency)] as const),
  );
  return new Map(findings);
}

async function findingOf(dependency: Dependency): Promise<Finding> {
  const timer = Promise.withResolvers<never>();
  const timeout = setTimeout(() => timer.reject(new Error(`no answer in ${CHECK_TIMEOUT_MS} ms`)), CHECK_TIMEOUT_MS);
  try {
    await Promise.race([dependency.check(), timer.promise]);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(timeout);
  }
}

/**
 * The words of an error and of what caused it, outermost first. An error that only gathers others, as a client's do
 * when several addresses fail, speaks with their words.
 */
export function reasonOf(error: unknown): string {
  return [...new Set(wordsOf(error))].join(": ");
}

function wordsOf(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  if (error instanceof AggregateError && error.errors.length > 0) return error.errors.flatMap(wordsOf);
  const own = (error.message || error.name).replace(/\.$/, "");
  return error.cause === undefined ? [own] : [own, ...wordsOf(error.cause)];
}
