import { isRedirect, isRoute } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";
import { attaches, isTrafficPolicy, policiesFor } from "./attached-policy.ts";

/** Routes of requests; connections of TCP have no end that could be waited for. */
const OF_REQUESTS = new Set(["HTTPRoute", "GRPCRoute"]);

export const routeTimeoutRetryRequired = defineRule({
  id: "route-timeout-retry-required",
  section: "resilience",
  title: "Every route gives up after a time, and tries again only so often",
  severity: "medium",
  why: "one service that hangs holds the connections of all that wait for it; retries without a bound multiply the load on what already fails",
  fix: "timeouts: { request: 15s }, and no more retries than the setting allows",
  frameworks: [],
  scope: "stack",
  optOut: "timeout",
  exemptable: true,
  params: {
    maxRetries: {
      type: "integer",
      minimum: 0,
      default: 5,
      description: "How often a request may be tried again.",
    },
    retries: {
      type: "string",
      enum: ["bounded", "required"],
      default: "bounded",
      description:
        "required: each route also says how often it tries again, be it 0. bounded: where it says so, it is bounded.",
    },
  },
  subjects: (object) =>
    (isRoute(object) && OF_REQUESTS.has(object.kind ?? "")) || isVirtualService(object) || isTrafficPolicy(object),
  *check(object, { maxRetries, retries }, stack) {
    const limits = { maxRetries, isRequired: retries === "required" };
    if (isTrafficPolicy(object)) yield* bounded(object.root.at("spec", "retry", "numRetries"), limits.maxRetries);
    else if (isVirtualService(object)) yield* inVirtualService(object, limits);
    else yield* inRoute(object, limits, stack);
  },
});

interface Limits {
  readonly maxRetries: number;
  readonly isRequired: boolean;
}

function isVirtualService({ group, kind }: StackObject): boolean {
  return group === "networking.istio.io" && kind === "VirtualService";
}

function inRoute(route: StackObject, limits: Limits, stack: Stack): Iterable<Violation> {
  const spec = (policy: StackObject) => policy.root.at("spec");
  const has = (holds: (policy: StackObject) => boolean) =>
    anyOf(policiesFor(stack, route), (policy) => isTrafficPolicy(policy) && attaches(policy, route) && holds(policy));
  const hasTimeout = () => has((policy) => isSpan(spec(policy).at("timeout", "http", "requestTimeout")));
  const hasRetries = () => has((policy) => !spec(policy).at("retry").absent);
  return eachKnown(route.root.at("spec", "rules").items(), function* (rule) {
    if (isRedirect(rule)) return;
    const timeouts = rule.at("timeouts");
    const own = [timeouts.at("request"), timeouts.at("backendRequest")];
    yield* judged(
      timeouts,
      () => someKnown([...own.map((span) => () => isSpan(span)), hasTimeout], (holds) => holds()),
      rule.at("retry", "attempts"),
      hasRetries,
      limits,
    );
  });
}

function inVirtualService(service: StackObject, limits: Limits): Iterable<Violation> {
  return eachKnown(service.root.at("spec", "http").items(), function* (http) {
    const answersItself = ["redirect", "directResponse", "delegate"];
    if (someKnown(answersItself, (key) => !http.at(key).absent)) return;
    const timeout = http.at("timeout");
    yield* judged(
      timeout,
      () => isSpan(timeout),
      http.at("retries", "attempts"),
      () => false,
      limits,
    );
  });
}

function* judged(
  timeout: Field,
  hasTimeout: () => boolean,
  attempts: Field,
  hasRetries: () => boolean,
  { maxRetries, isRequired }: Limits,
): Generator<Violation> {
  const parts = [
    function* () {
      if (hasTimeout()) return;
      const line = timeout.path.endsWith("timeouts") ? "{ request: 15s }" : "15s";
      yield violation(timeout, "a time after which the route gives up", {
        given: timeout.absent ? "not set" : "no time that ends",
        fix: `${timeout.path}: ${line}`,
      });
    },
    () => bounded(attempts, maxRetries),
    function* () {
      if (!isRequired || !attempts.absent || hasRetries()) return;
      yield violation(attempts, `a number of retries, from 0 to ${maxRetries}`, { fix: `${attempts.path}: 2` });
    },
  ];
  yield* eachKnown(parts, (part) => part());
}

function* bounded(attempts: Field, most: number): Generator<Violation> {
  if ((attempts.number() ?? 0) > most)
    yield violation(attempts, `at most ${most}`, { fix: `${attempts.path}: ${Math.min(2, most)}` });
}

/** A span of time that ends: `0s` stands for none. */
function isSpan(field: Field): boolean {
  return /[1-9]/.test(field.text() ?? "");
}
