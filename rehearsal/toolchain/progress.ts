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
