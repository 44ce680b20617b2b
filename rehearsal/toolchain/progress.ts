/** One moment of a task that takes a while, as a person follows it. */
export interface Progress {
  /** What is being made ready, the same text for all moments of one task: `pulumi`, `plumbline-cluster`, `CRDs`, `cluster local`. */
  readonly task: string;
  /** `waiting`: another run is at it. `done` and `failed` are a task's last moment. */
  readonly state: "running" | "waiting" | "done" | "failed";
  /** One short line: `compiling k8s.io/client-go/rest`. */
  readonly message: string;
  /** Milliseconds since the task began. */
  readonly elapsedMs: number;
  /** How far it is, where that can be counted: packages compiled out of all packages. */
  readonly count?: { readonly done: number; readonly total: number; readonly unit: string };
  /** Where the whole output is. */
  readonly logFile?: string;
}

/** Follows a task. It is called at least every second while something is under way, and must not throw. */
export type Report = (progress: Progress) => void;

/** What every long function of the rehearsal takes. */
export interface Following {
  readonly report?: Report | undefined;
  /** Ends the work cleanly: child processes are ended, no half product stays, and the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** Says where a task is; the last thing said is repeated every second, so that elapsed time is seen to pass. */
export type Say = (message: string, more?: Pick<Progress, "count"> & { readonly waiting?: boolean }) => void;

/** Runs `work` as one task of a report: every moment has its elapsed time, the last one is `done` or `failed`. */
export async function follow<T>(
  task: string,
  { report, logFile }: { readonly report?: Report | undefined; readonly logFile?: string },
  work: (say: Say) => Promise<T>,
): Promise<T> {
  const began = performance.now();
  let last: { state: Progress["state"]; message: string; count?: Progress["count"] } | undefined;
  const send = () =>
    last &&
    report?.({
      task,
      state: last.state,
      message: last.message,
      elapsedMs: Math.round(performance.now() - began),
      ...(last.count && { count: last.count }),
      ...(logFile && { logFile }),
    });
  const say: Say = (message, { count, waiting } = {}) => {
    last = { state: waiting ? "waiting" : "running", message, ...(count && { count }) };
    send();
  };
  const heartbeat = setInterval(send, 1_000);
  try {
    const result = await work(say);
    last = { state: "done", message: last?.message ?? "" };
    return result;
  } catch (error) {
    last = { state: "failed", message: error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error) };
    throw error;
  } finally {
    clearInterval(heartbeat);
    send();
  }
}
