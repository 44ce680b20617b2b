import { setTimeout as sleep } from "node:timers/promises";
import { ApiError } from "./error.ts";

export interface Retry {
  /** Whether to try again after this error. */
  readonly when: (error: unknown) => boolean;
  /** How long to go on, in milliseconds from the first try. */
  readonly forMs: number;
  readonly signal: AbortSignal;
  /** Hears what went wrong before each further try. */
  readonly onRetry?: ((error: unknown) => void) | undefined;
}

const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 4_000;

/** Runs an action until it does well, its error is none to retry on, or time is up; the last error is thrown. */
export async function retrying<Result>(action: () => Promise<Result>, retry: Retry): Promise<Result> {
  const end = Date.now() + retry.forMs;
  for (let pause = FIRST_PAUSE; ; pause = Math.min(pause * 2, LONGEST_PAUSE)) {
    try {
      return await action();
    } catch (error) {
      const wait = Math.max(pause, 1_000 * (error instanceof ApiError ? (error.retryAfter ?? 0) : 0));
      if (retry.signal.aborted || !retry.when(error) || Date.now() + wait > end) throw error;
      retry.onRetry?.(error);
      await sleep(wait, undefined, { signal: retry.signal }).catch(() => {
        throw error;
      });
    }
  }
}
