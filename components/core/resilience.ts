import { type Duration, durationProblems, milliseconds } from "./duration.ts";
import type { Problem } from "./invalid.ts";
import { isOptOut, type OptOut } from "./opt-out.ts";
import { wholeProblems } from "./whole.ts";

/** What a caller does when the other side is slow, fails or is full. */
export interface Resilience {
  /** How long a request may take in all, tries and the pauses between them included; `10ms` to `1h`. */
  readonly timeout: Duration;
  /**
   * How often a failed request is tried again, on another replica; 0 by default, 5 at most. What changes something and does not
   * say that it may be repeated is only tried again if it was never sent.
   */
  readonly retries?: number;
  /**
   * How long one try may take, where a request may be repeated; by default as long as all of it, so that retries help against failures
   * and not against slowness. Only with retries.
   */
  readonly perTryTimeout?: Duration;
  /** Leaves out replicas that fail: by default, with `{}`, as {@link Breaker} says. `optOut("why")` for none. */
  readonly breaker?: Breaker | OptOut;
  /** Requests that may be under way at once, from one pod; more are refused at once. 1 to 100000; 1024 by default, as in Envoy. */
  readonly maxInFlight?: number;
}

/** When a replica gets no requests for a while. At most half of the replicas are left out, and the last one never is. */
export interface Breaker {
  /** After so many failures in a row: answers of 5xx, timeouts, lost connections. 1 to 1000; 5 by default, as in Envoy. */
  readonly consecutive5xx?: number;
  /** For this long the first time, and longer each time that it fails again, up to ten times; `1s` to `1h`, `30s` by default, as in Envoy. */
  readonly ejection?: Duration;
}

const SHORTEST: Duration = "10ms";
const LONGEST: Duration = "1h";
/** Each more multiplies the load on what already fails. */
const MOST_RETRIES = 5;
const MOST_FAILURES = 1_000;
const MOST_IN_FLIGHT = 100_000;

/**
 * What whoever makes the calls does the same way, be it a proxy beside the caller or a gateway: facts of Envoy's, in no one's syntax.
 * A request may be sent again, whatever became of it, by its method (RFC 9110, 9.2.2), after any 5xx and no answer at all; another one
 * only if it was never sent.
 */
export const CALLING = {
  repeatableMethods: ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"],
  retriedWhenRepeatable: ["5xx"],
  retriedOtherwise: ["connect-failure", "refused-stream", "reset-before-request"],
  /** A pause of up to the first, doubled each time up to the second, of which a random part is taken: Envoy's defaults. */
  backOff: { base: "25ms", most: "250ms" },
  /** How often it is looked who may come back. */
  lookEvery: "1s",
  mostEjectedPercent: 50,
  /** With so many replicas left out at most, and some that come and go: all get requests again only if none is left. */
  panicPercent: 1,
  /** Connections are bounded by the requests on them. */
  connections: 1_000_000,
} as const;

/**
 * How many retries may be under way at once, whatever else is. A pod that is killed fails all that it had in hand in one moment: of three,
 * a third of what its caller had under way. A tenth of the bulkhead is that third while up to three tenths of it are in use. More load than
 * `maxInFlight` it never is, since retries count there. Three is Envoy's own number.
 */
export function retriesAtOnce(maxInFlight: number): number {
  return Math.max(3, Math.ceil(maxInFlight / 10));
}

/** Settings with every default filled in. */
export interface CompleteResilience extends Required<Omit<Resilience, "breaker">> {
  readonly breaker: Required<Breaker> | OptOut;
}

/** Fills in the defaults. */
export function completeResilience(settings: Resilience): CompleteResilience {
  const { timeout, retries = 0, maxInFlight = 1_024, breaker } = settings;
  return {
    timeout,
    retries,
    maxInFlight,
    perTryTimeout: settings.perTryTimeout ?? timeout,
    breaker: isOptOut(breaker) ? breaker : { consecutive5xx: 5, ejection: "30s", ...breaker },
  };
}

/** Everything that is wrong with settings whose fields begin with `prefix`. The timeout is at most `longest`. */
export function resilienceProblems(prefix: string, settings: Resilience, longest: Duration = LONGEST): Problem[] {
  const { timeout, retries = 0, perTryTimeout, breaker, maxInFlight } = settings;
  const problems = [
    ...(retries === undefined ? [] : wholeProblems(`${prefix}retries`, retries, 0, MOST_RETRIES)),
    ...(maxInFlight === undefined ? [] : wholeProblems(`${prefix}maxInFlight`, maxInFlight, 1, MOST_IN_FLIGHT)),
    ...breakerProblems(`${prefix}breaker`, breaker),
    ...(perTryTimeout === undefined
      ? []
      : durationProblems(`${prefix}perTryTimeout`, perTryTimeout, SHORTEST, LONGEST)),
  ];
  if (timeout === undefined)
    return [...problems, { field: `${prefix}timeout`, given: timeout, allowed: whyTimeout(settings, longest) }];
  problems.push(...durationProblems(`${prefix}timeout`, timeout, SHORTEST, longest));
  if (problems.length > 0 || perTryTimeout === undefined) return problems;
  if (retries === 0)
    return [
      { field: `${prefix}perTryTimeout`, given: perTryTimeout, allowed: "none without retries: the timeout is enough" },
    ];
  if (milliseconds(perTryTimeout) * (retries + 1) <= milliseconds(timeout)) return [];
  const most = Math.floor(milliseconds(timeout) / (retries + 1));
  const allowed = `at most "${most}ms": ${retries + 1} tries have to end within the timeout of ${timeout}`;
  return [{ field: `${prefix}perTryTimeout`, given: perTryTimeout, allowed }];
}

function breakerProblems(field: string, breaker: Resilience["breaker"]): Problem[] {
  if (breaker === undefined || isOptOut(breaker)) return [];
  if (typeof breaker !== "object" || breaker === null)
    return [{ field, given: breaker, allowed: '{ consecutive5xx?, ejection? }, or optOut("why there is none")' }];
  const { consecutive5xx, ejection } = breaker;
  return [
    ...(consecutive5xx === undefined ? [] : wholeProblems(`${field}.consecutive5xx`, consecutive5xx, 1, MOST_FAILURES)),
    ...(ejection === undefined ? [] : durationProblems(`${field}.ejection`, ejection, "1s", LONGEST)),
  ];
}

function whyTimeout({ retries, breaker }: Resilience, longest: Duration): string {
  const isDeclared = breaker !== undefined && !isOptOut(breaker);
  const blind = [...(isDeclared ? ["breaker"] : []), ...(retries ? ["retries"] : [])].join(" and ");
  const why = blind
    ? `: without one, ${blind} cannot learn of a callee that hangs`
    : ": a callee may hang, and its caller with it";
  return `a duration from "${SHORTEST}" to "${longest}"${why}`;
}
