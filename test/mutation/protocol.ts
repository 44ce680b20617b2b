/** Between the runner that Stryker knows (runner.ts) and the thread that keeps the tests (resident.ts): one question, one answer. */
export const CHANNEL = "mutation";

/** Every test once, or one mutant with the tests that reach it. */
export type Ask =
  | { readonly kind: "every" }
  | { readonly kind: "mutant"; readonly id: string; readonly tests: readonly string[]; readonly hitLimit: number };

export interface Outcome {
  readonly id: string;
  /** The test's file, from the root of the repository. */
  readonly file: string;
  readonly ms: number;
  /** The message of what it threw; absent: it passed. */
  readonly failure?: string;
}

export interface Answer {
  /** Of the tests that ran: all of them, or those up to the first that failed. */
  readonly outcomes: readonly Outcome[];
  /** How often each test reached each mutant, as Stryker's instrumented code counts it. */
  readonly coverage?: unknown;
  /** How often the mutant was reached. */
  readonly hits: number;
  /** The test that failed fails without the mutant too: something before left its traces. */
  readonly soiled: boolean;
}
