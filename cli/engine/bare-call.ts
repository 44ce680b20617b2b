import { endEngine } from "./process-tree.ts";

/**
 * Waits for a call of the engine that cannot be told to stop: opening a stack, reading its state. When the signal aborts,
 * the engine is ended, and this rejects with the signal's reason. Such a call changes nothing, or can be made again.
 */
export async function bareCall<T>(signal: AbortSignal, call: () => Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const stopped = Promise.withResolvers<never>();
  const stop = () => {
    endEngine();
    stopped.reject(signal.reason);
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([call(), stopped.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
