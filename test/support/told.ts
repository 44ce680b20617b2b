/** What a client's log tells of one message. */
export interface Told {
  /** In milliseconds since 1970. */
  readonly at: number;
  readonly number: number;
  /** One word. */
  readonly outcome: string;
}

/** Lines of time, number and outcome; others tell nothing. */
export function told(log: string): Told[] {
  return log.split("\n").flatMap((line) => {
    const [, at, number, outcome = ""] = /^(\d+) (\d+) (\w+)/.exec(line) ?? [];
    return at === undefined ? [] : [{ at: Number(at), number: Number(number), outcome }];
  });
}

/** The longest time between two moments, in milliseconds, that ended after a given one. */
export function longestPause(moments: readonly { readonly at: number }[], since: number): number {
  return Math.max(...moments.map(({ at }, index) => (at > since ? at - (moments[index - 1]?.at ?? at) : 0)));
}
