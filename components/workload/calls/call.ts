import { type Duration, isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { isDnsLabel } from "../../core/names.ts";
import { isOptOut, type OptOut, optOut } from "../../core/opt-out.ts";
import { completeResilience, type Resilience, resilienceProblems } from "../../core/resilience.ts";
import { environmentPrefix, type Usable } from "../../core/usage.ts";
import { type Fallback, fallbackProblems, isLastAnswer, type LastAnswer } from "./fallback.ts";

/** How a workload calls one service. */
export interface Call extends Resilience {
  /**
   * What a GET is answered with when the service cannot: instead of a 5xx, whoever gave it. A fixed answer, or the last good one, see
   * `lastAnswer`. None by default.
   */
  readonly fallback?: Fallback | LastAnswer;
}

/** Services of the same namespace that a workload calls, by their names. They may be declared after it. */
export type Calls = Readonly<Record<string, Call>>;

export type CompleteCall = ReturnType<typeof completeCall>;

/** A call with every default filled in. */
export function completeCall(call: Call) {
  const { fallback } = call;
  const isLast = fallback !== undefined && isLastAnswer(fallback);
  return {
    ...completeResilience(call),
    lastAnswer: isLast ? fallback : undefined,
    fallback: isLast ? fallback.otherwise : fallback,
  };
}

/** Which calls have no breaker, and why, in one reason; undefined if all have one. */
export function breakerOptOut(calls: Calls): OptOut | undefined {
  const reasons = Object.entries(calls).flatMap(([name, { breaker }]) =>
    isOptOut(breaker) ? [`${name}: ${breaker.optOut}`] : [],
  );
  return reasons.length === 0 ? undefined : optOut(reasons.join("; "));
}

/** Each edge has a port of its own on the loopback interface, from the first one on. Beside the ranges of service meshes. */
export const FIRST_PORT = 14_001;
/** Readiness and metrics of the proxy that makes the calls. */
export const TELEMETRY_PORT = 14_000;
/** More in one workload are several services in one; and annotations, of which the proxy's configuration is one, hold 256 KiB. */
const MOST_CALLS = 16;

/** The longest that a workload has for what it does, by the field that says so. */
export interface OwnLimit {
  readonly field: string;
  readonly span: Duration;
}

/** What is wrong with the calls of a workload, whatever they lead to. `ports` are its own, by the fields that say so. */
export function callsProblems(
  { calls, uses }: { readonly calls: Calls; readonly uses: readonly Usable[] },
  own: OwnLimit,
  ports: Readonly<Record<string, number>> = {},
): Problem[] {
  const names = Object.keys(calls);
  const used = new Set(uses.map(({ usableName }) => environmentPrefix(usableName)));
  const problems = portProblems(ports, names.length);
  if (names.length > MOST_CALLS)
    problems.push({ field: "calls", given: names.length, allowed: `at most ${MOST_CALLS} services` });
  for (const [name, call] of Object.entries(calls)) {
    const field = `calls.${name}`;
    if (!isDnsLabel(name)) problems.push({ field, given: name, allowed: "the name of a service" });
    if (used.has(environmentPrefix(name)))
      problems.push({
        field,
        given: name,
        allowed: `a service that is not in uses too: both would fill ${environmentPrefix(name)}_*`,
      });
    problems.push(...resilienceProblems(`${field}.`, call), ...fallbackProblems(`${field}.fallback`, call.fallback));
    problems.push(...longerThan(field, call, own.span, `at most ${own.field} of this workload`));
  }
  return problems;
}

/** A problem if a call may take longer than what one of its sides has for a request. */
export function longerThan(field: string, { timeout }: Call, span: Duration, limit: string): Problem[] {
  if (!isDuration(timeout ?? "") || !isDuration(span) || milliseconds(timeout) <= milliseconds(span)) return [];
  return [
    {
      field: `${field}.timeout`,
      given: timeout,
      allowed: `${limit}, ${span}: what takes longer is cut when a pod ends`,
    },
  ];
}

/** A problem for each port of the workload's own that its proxy needs. */
function portProblems(ports: Readonly<Record<string, number>>, taken: number): Problem[] {
  const last = FIRST_PORT + taken - 1;
  return Object.entries(ports)
    .filter(([, port]) => taken > 0 && port >= TELEMETRY_PORT && port <= last)
    .map(([field, given]) => ({
      field,
      given,
      allowed: `a port that its calls do not take: ${TELEMETRY_PORT} to ${last}`,
    }));
}
