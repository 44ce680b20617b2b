import { type Duration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { perWindow, type Rate, rateProblems } from "../core/rate.ts";
import { identityHeader } from "./identity-header.ts";

/** How often a route may be called. What is more is answered with 429, `Retry-After`, and `x-ratelimit-` limit, remaining and reset. */
export interface RateLimit {
  /** By one address, of IPv4 or IPv6. The other limits are beside it: a client that makes up keys is held to this one. */
  readonly perClient: Rate;
  /** By one value of a header, such as `x-api-key` or `x-tenant`. A request without the header is not held to it. */
  readonly perKey?: { readonly header: string; readonly limit: Rate };
  /** By one value of a claim that an `Authentication` of the gateway passes on, such as `sub`. */
  readonly perClaim?: { readonly claim: string; readonly limit: Rate };
  /** By everybody together. */
  readonly inAll?: Rate;
}

/** What a route has that says nothing: a person's page of twenty requests, once a second. Many people behind one address need more. */
export const DEFAULT_RATE_LIMIT: RateLimit = { perClient: "1200/1m" };

type Selector =
  | { readonly sourceCIDR: { readonly type: "Distinct"; readonly value: "0.0.0.0/0" | "::/0" } }
  | { readonly headers: readonly [{ readonly type: "Distinct"; readonly name: string }] };

interface Rule {
  readonly clientSelectors?: readonly Selector[];
  readonly limit: { readonly requests: number; readonly unit: (typeof UNITS)[keyof typeof UNITS] };
}

/** As a BackendTrafficPolicy says it: counted for all proxies together, or by each for itself. It cannot say both. */
export type RateLimitRules =
  | { readonly type: "Global"; readonly global: { readonly rules: readonly Rule[] } }
  | { readonly type: "Local"; readonly local: { readonly rules: readonly Rule[] } };

const UNITS = { "1s": "Second", "1m": "Minute", "1h": "Hour", "1d": "Day" } as const;

/** The rules of a limit. `together`: whether a service counts for all proxies. */
export function rateLimitPlan({ perClient, perKey, perClaim, inAll }: RateLimit, together: boolean): RateLimitRules {
  const rules = [
    rule(perClient, { sourceCIDR: { type: "Distinct", value: "0.0.0.0/0" } }),
    rule(perClient, { sourceCIDR: { type: "Distinct", value: "::/0" } }),
    ...(perKey ? [rule(perKey.limit, byHeader(perKey.header))] : []),
    ...(perClaim ? [rule(perClaim.limit, byHeader(identityHeader(perClaim.claim)))] : []),
    ...(inAll ? [rule(inAll)] : []),
  ];
  return together ? { type: "Global", global: { rules } } : { type: "Local", local: { rules } };
}

function rule(limit: Rate, selector?: Selector): Rule {
  const { requests, window } = perWindow(limit);
  return { ...(selector && { clientSelectors: [selector] }), limit: { requests, unit: UNITS[window] } };
}

function byHeader(name: string): Selector {
  return { headers: [{ type: "Distinct", name: name.toLowerCase() }] };
}

const HEADER = /^[a-z0-9][a-z0-9-]{0,63}$/i;

/** What is wrong with a limit. `claims`: those that the gateway passes on. */
export function rateLimitProblems(limit: RateLimit, claims: readonly string[]): Problem[] {
  const { perClient, perKey, perClaim, inAll } = limit;
  const rates: Record<string, unknown> = {
    "rateLimit.perClient": perClient,
    ...(perKey && { "rateLimit.perKey.limit": perKey.limit }),
    ...(perClaim && { "rateLimit.perClaim.limit": perClaim.limit }),
    ...(inAll !== undefined && { "rateLimit.inAll": inAll }),
  };
  const problems = Object.entries(rates).flatMap(([field, given]) => rateProblems(field, given));
  if (perKey && !HEADER.test(perKey.header))
    problems.push({
      field: "rateLimit.perKey.header",
      given: perKey.header,
      allowed: 'the name of a header: letters, digits and dashes, up to 64, such as "x-api-key"',
    });
  if (perClaim && !claims.includes(perClaim.claim))
    problems.push({
      field: "rateLimit.perClaim.claim",
      given: perClaim.claim,
      allowed:
        claims.length > 0
          ? `a claim that the gateway passes on: ${claims.join(", ")}`
          : "nothing: no Authentication of this gateway was declared before the route",
    });
  if (problems.length === 0 && inAll !== undefined) problems.push(...windowProblems(inAll, Object.values(rates)));
  return problems;
}

/** A proxy that counts for itself refills every bucket when it refills that of everybody, or a whole number of times later. */
function windowProblems(inAll: Rate, rates: readonly unknown[]): Problem[] {
  const of = (rate: Rate): Duration => perWindow(rate).window;
  const shortest = rates.map((rate) => of(rate as Rate)).sort((a, b) => milliseconds(a) - milliseconds(b))[0] ?? "1s";
  if (milliseconds(of(inAll)) <= milliseconds(shortest)) return [];
  return [
    { field: "rateLimit.inAll", given: inAll, allowed: `a window no longer than the shortest beside it, ${shortest}` },
  ];
}
