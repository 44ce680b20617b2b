import { type Duration, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut, optOutAnnotations } from "../core/opt-out.ts";
import { CALLING, completeResilience, type Resilience, resilienceProblems } from "../core/resilience.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import type { HttpRouteManifest, Method } from "./gateway-api.ts";
import { HTTPS, type ImplementationName } from "./gateway-plan.ts";
import { DEFAULT_RATE_LIMIT, type RateLimit, rateLimitPlan, rateLimitProblems } from "./rate-limit.ts";
import type { ResponseHeaders } from "./response-headers.ts";
import { endHeaders, type RouteVersion, versionHeaders, versionPath, versionProblems } from "./route-version.ts";
import { type TrafficPolicyManifest, trafficPolicyPlan } from "./traffic-policy.ts";

export interface RoutePlanArgs {
  readonly name: string;
  readonly namespace: string;
  readonly gateway: {
    readonly name: string;
    readonly namespace: string;
    readonly host: string;
    readonly responseHeaders: ResponseHeaders;
  };
  readonly path: string;
  readonly version?: RouteVersion | undefined;
  readonly service: { readonly name: string; readonly port: number };
  readonly timeout: Duration;
  /** Those that it is for; all by default. */
  readonly methods?: readonly Method[];
  /** Those of all that it names as well, where a route of the same path names them and would else come first. */
  readonly alsoNamed?: readonly Method[];
  /** What it is held to; stepped down from, the route says why. */
  readonly rateLimit?: RateLimit | OptOut;
}

/** Sends what begins with a path to a service, and gives up when the time is over. */
export function routePlan({
  name,
  namespace,
  gateway,
  path,
  version,
  service,
  timeout,
  methods,
  alsoNamed = [],
  rateLimit,
}: RoutePlanArgs): HttpRouteManifest {
  const headers = versionHeaders(version);
  const match = {
    path: { type: "PathPrefix" as const, value: versionPath(path, version) },
    ...(headers && { headers }),
  };
  const { set, remove } = gateway.responseHeaders;
  const span = `${milliseconds(timeout)}ms`;
  return {
    apiVersion: "gateway.networking.k8s.io/v1",
    kind: "HTTPRoute",
    metadata: {
      name,
      namespace,
      labels: labels(name),
      ...(isOptOut(rateLimit) && { annotations: optOutAnnotations({ rateLimit }) }),
    },
    spec: {
      parentRefs: [{ name: gateway.name, namespace: gateway.namespace, sectionName: HTTPS }],
      hostnames: [gateway.host],
      rules: [
        {
          matches: [...(methods ? [] : [match]), ...(methods ?? alsoNamed).map((method) => ({ ...match, method }))],
          filters: [
            {
              type: "ResponseHeaderModifier",
              responseHeaderModifier: { set: [...set, ...endHeaders(version)], remove: [...remove] },
            },
          ],
          backendRefs: [{ name: service.name, port: service.port }],
          timeouts: { request: span, backendRequest: span },
        },
      ],
    },
  };
}

/** A route, and the policy by which Envoy Gateway treats it; undefined where another gateway runs, or nothing is held to it. */
interface TreatedRoute {
  readonly route: HttpRouteManifest;
  readonly policy: TrafficPolicyManifest | undefined;
}

/** What a route declares of how it is treated. */
export interface Declared extends Resilience {
  readonly rateLimit?: RateLimit | OptOut;
  readonly authentication?: OptOut;
}

/**
 * The routes to a service. Requests that may be sent again have one of their own if they are: a policy is for whole routes. `together`: whether
 * what they are held to is counted for all proxies together.
 */
export function routesPlan(
  args: Omit<RoutePlanArgs, "timeout" | "methods">,
  given: Declared,
  implementation: ImplementationName,
  together = false,
): TreatedRoute[] {
  const settings = completeResilience(given);
  const { timeout, retries } = settings;
  const breaker = isOptOut(given.breaker) ? undefined : given.breaker;
  const isEnvoy = implementation === "envoy";
  const isResilient = isEnvoy && (given.retries ?? breaker ?? given.maxInFlight) !== undefined;
  const { rateLimit = DEFAULT_RATE_LIMIT } = given;
  const treatment = {
    settings: isResilient ? settings : undefined,
    rateLimit: isOptOut(rateLimit) ? undefined : rateLimitPlan(rateLimit, together),
  };
  const isTreated = isEnvoy && (treatment.settings ?? treatment.rateLimit) !== undefined;
  const treated = (
    name: string,
    sent: "repeatable" | "once",
    only: Pick<RoutePlanArgs, "methods" | "alsoNamed"> = {},
  ) => ({
    route: routePlan({ ...args, name, timeout, rateLimit, ...only }),
    policy: isTreated ? trafficPolicyPlan(name, args.namespace, { ...treatment, sent }) : undefined,
  });
  // The more specific match wins: with a method before without, and that before more headers.
  if (!isResilient || retries === 0)
    return [treated(args.name, "once", versionHeaders(args.version) ? { alsoNamed: CALLING.repeatableMethods } : {})];
  return [
    treated(args.name, "once"),
    treated(`${args.name}-repeatable`, "repeatable", { methods: CALLING.repeatableMethods }),
  ];
}

/** Longest time that the Gateway API's duration can say in milliseconds (five digits). */
const LONGEST_TIMEOUT: Duration = "99s";

const SHAPES: Shapes = {
  "version?": "an object",
  "rateLimit?": "an object",
  "rateLimit.perKey?": "an object",
  "rateLimit.perKey.header": "a text",
  "rateLimit.perClaim?": "an object",
};

/** What is wrong with a route. `claims`: those that its gateway passes on. */
export function routeProblems(
  name: string,
  path: string,
  settings: Declared,
  claims: readonly string[] = [],
  version?: RouteVersion,
): Problem[] {
  const misshapen = shapeProblems({ ...settings, version }, SHAPES);
  if (misshapen.length > 0) return [...nameProblems("name", name), ...misshapen];
  const problems = [...nameProblems("name", name), ...versionProblems(version)];
  if (!/^\/[\w\-./~]*$/.test(path) || path.includes("//") || /\/\.\.?(\/|$)/.test(path))
    problems.push({ field: "path", given: path, allowed: 'a path such as "/orders": from "/", no "//", no ".."' });
  const { rateLimit, authentication } = settings;
  if (authentication !== undefined && !isOptOut(authentication))
    problems.push({ field: "authentication", given: authentication, allowed: 'optOut("why everybody may call it")' });
  const limited = rateLimit && !isOptOut(rateLimit) ? rateLimitProblems(rateLimit, claims) : [];
  return [...problems, ...resilienceProblems("", settings, LONGEST_TIMEOUT), ...limited];
}
