import { type Duration, durationProblems } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";

/** An answer that is kept in the configuration, the same for every request. It bears `x-plumbline-fallback: true`. */
export interface Fallback {
  /** 200 by default. */
  readonly status?: number;
  /** Such as `application/json`. */
  readonly contentType: string;
  /** At most 4096 characters. */
  readonly body: string;
}

/** The last good answer to the same request, see {@link lastAnswer}. */
export interface LastAnswer {
  /** How old it may be; `1s` to `1d`. */
  readonly maxAge: Duration;
  /** What is answered when there is none, or it is older. By default what the service, or the proxy, says. */
  readonly otherwise?: Fallback;
}

/**
 * Has the proxy of each pod keep the last good answer to every GET, and give it when the service fails, is silent, is left out by the
 * breaker or is gone. It bears `x-plumbline-fallback: stale` and its `age` in seconds.
 *
 * The same request is one with the same path and query and the same headers, but for those that tell nothing of the answer, such as
 * `traceparent`. Nothing is kept of a request with `Authorization` or `Cookie`, nor of an answer with `Set-Cookie`, with a `Cache-Control`
 * that forbids it, of more than 64 KiB, or of another status than 200. All calls of a pod keep 8 MiB together. A new pod has kept nothing.
 */
export function lastAnswer(kept: LastAnswer): LastAnswer {
  return kept;
}

/** Whether a fallback is the last good answer. */
export function isLastAnswer(fallback: Fallback | LastAnswer): fallback is LastAnswer {
  return "maxAge" in fallback;
}

const LONGEST_BODY = 4_096;
/** Statuses whose answers have no body. */
const WITHOUT_BODY = [204, 205, 304];

/** Everything that is wrong with a fallback. */
export function fallbackProblems(field: string, fallback: Fallback | LastAnswer | undefined): Problem[] {
  if (fallback === undefined) return [];
  if (!isLastAnswer(fallback)) return fixedProblems(field, fallback);
  return [
    ...durationProblems(`${field}.maxAge`, fallback.maxAge, "1s", "1d"),
    ...(fallback.otherwise ? fixedProblems(`${field}.otherwise`, fallback.otherwise) : []),
  ];
}

function fixedProblems(field: string, { status = 200, contentType, body }: Fallback): Problem[] {
  const problems: Problem[] = [];
  if (!Number.isInteger(status) || status < 200 || status > 599 || WITHOUT_BODY.includes(status))
    problems.push({
      field: `${field}.status`,
      given: status,
      allowed: `a status from 200 to 599 that has a body: not ${WITHOUT_BODY.join(", ")}`,
    });
  if (!/^[\w.+-]+\/[\w.+-]+(; ?[\w-]+=[\w-]+)?$/.test(contentType))
    problems.push({
      field: `${field}.contentType`,
      given: contentType,
      allowed: 'a media type such as "application/json"',
    });
  if (typeof body !== "string" || !body.isWellFormed())
    problems.push({ field: `${field}.body`, given: body, allowed: "well-formed text; of an object, its JSON" });
  else if (body.length > LONGEST_BODY)
    problems.push({
      field: `${field}.body`,
      given: `${body.length} characters`,
      allowed: `at most ${LONGEST_BODY} characters`,
    });
  return problems;
}
