import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../cluster/namespace.ts";
import { type Duration, durationProblems, milliseconds } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import type { MonitorManifest } from "../core/monitor.ts";
import { nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { isPercent, type Percent } from "../core/percent.ts";
import { amount, isQuantity, type Quantity } from "../core/quantity.ts";
import { type Resources, resourceProblems } from "../core/resources.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import type { Transform } from "../core/transform.ts";
import { wholeProblems } from "../core/whole.ts";
import { imageProblems } from "../workload/image.ts";

/** How many replicas a cache has. Each keeps for itself: what is asked for often is fetched once by each. */
interface CacheScaling {
  /** Never fewer: at least 2, which is the default. */
  readonly min: number;
  /** Never more; 6 by default. The same as `min` makes it a fixed number, without an autoscaler. */
  readonly max: number;
  /** Replicas are added when they use more of the processors that they requested; 70 by default. */
  readonly cpu: Percent;
}

export interface ResponseCacheArgs {
  /** That of the service which it stands before. */
  readonly namespace: Namespace;
  /** Zones that its pods may run in. */
  readonly zones: readonly string[];
  /**
   * For how long an answer is kept that does not say for how long; `0s` by default: it is not. Such are answers of 200, 203, 204, 301 and
   * 308 without `max-age`, `s-maxage` and `Expires`, that do not forbid it. What an answer says wins.
   */
  readonly ttl?: Duration;
  /** No answer is kept for longer, whatever it says: what a purge costs that was lost. At most 7 d; `1h` by default. */
  readonly longest?: Duration;
  /**
   * For how long an answer is served that is out of date, while another one is fetched; `0s` by default. `stale-while-revalidate` in an
   * answer's `Cache-Control` wins. At most `longest`.
   */
  readonly staleWhileRevalidate?: Duration;
  /** The same when the service does not answer, or answers with 5xx, for `stale-if-error`; `1m` by default. */
  readonly staleIfError?: Duration;
  /** How long the service may take to begin its answer, and between parts of it; `15s` by default, at most `99s`. */
  readonly timeout?: Duration;
  /**
   * Serves requests with cookies as if they had none, and takes these away. By default such a request is passed on and its answer not kept.
   * The reason says why nobody's cookie means anything to the service.
   */
  readonly cookies?: OptOut;
  readonly scaling?: Partial<CacheScaling>;
  /** Steps down to a single replica: `scaling.min` may then be 1. */
  readonly replication?: OptOut;
  /** Of each replica: 250m requested and at most 1 processor, and 512Mi, by default. Two fifths of the memory are for what is kept. */
  readonly resources?: Resources;
  /** Connections that each replica has to the service; more requests at once get 503. 200 by default. */
  readonly maxConnections?: number;
  /** Answers that say that they are longer are not kept; `1Mi` by default, at most a 16th of the memory. */
  readonly longestAnswer?: Quantity;
  /**
   * An image with Debian's `prometheus-varnish-exporter`, and `varnishstat` of this Varnish' version, as its entrypoint or on its PATH.
   * Nobody publishes one. Without it there are no metrics of the cache's own.
   */
  readonly exporter?: string;
  /** Bumped to have what purges are let in by made anew; 1 by default. */
  readonly rotation?: number;
  readonly transform?: {
    readonly deployment?: Transform<types.input.apps.v1.Deployment>;
    readonly autoscaler?: Transform<types.input.autoscaling.v2.HorizontalPodAutoscaler>;
    readonly disruptionBudget?: Transform<types.input.policy.v1.PodDisruptionBudget>;
    readonly networkPolicy?: Transform<types.input.networking.v1.NetworkPolicy>;
    readonly service?: Transform<types.input.core.v1.Service>;
    readonly rules?: Transform<types.input.core.v1.ConfigMap>;
    readonly monitor?: Transform<MonitorManifest>;
  };
}

const DEFAULTS = {
  ttl: "0s",
  longest: "1h",
  staleWhileRevalidate: "0s",
  staleIfError: "1m",
  timeout: "15s",
  resources: { requests: { cpu: "250m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
  maxConnections: 200,
  longestAnswer: "1Mi",
  rotation: 1,
} as const;

/** The arguments with every default filled in. */
export function completeCache(args: ResponseCacheArgs) {
  return { ...DEFAULTS, ...args, scaling: { min: 2, max: 6, cpu: 70, ...args.scaling } as CacheScaling };
}

export type CompleteCache = ReturnType<typeof completeCache>;

const MOST_REPLICAS = 50;
const MOST_CONNECTIONS = 5_000;
/** Varnish has its rules compiled when it starts, which alone takes some 100Mi. */
const LEAST_MEMORY: Quantity = "256Mi";
/** So many of the longest answers are as large as the memory. */
const ANSWERS_IN_MEMORY = 16;
const SHAPES: Shapes = { zones: "a list of texts", "scaling?": "an object", "resources?": "an object" };

/** What is wrong with a cache's arguments, as far as their types let it through. */
export function cacheProblems(name: string, args: ResponseCacheArgs): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return [...nameProblems("name", name), ...misshapen];
  const { zones, scaling, replication, resources, cookies, longestAnswer, exporter, ...rest } = completeCache(args);
  const wrongResources = resourceProblems("resources", resources);
  const longest = durationProblems("longest", rest.longest, "1s", "7d");
  const most = longest.length === 0 ? rest.longest : "7d";
  const problems = [
    ...nameProblems("name", name),
    ...longest,
    ...durationProblems("ttl", rest.ttl, "0s", most),
    ...durationProblems("staleWhileRevalidate", rest.staleWhileRevalidate, "0s", most),
    ...durationProblems("staleIfError", rest.staleIfError, "0s", most),
    ...durationProblems("timeout", rest.timeout, "100ms", "99s"),
    ...wholeProblems("maxConnections", rest.maxConnections, 1, MOST_CONNECTIONS),
    ...wholeProblems("rotation", rest.rotation, 1, Number.MAX_SAFE_INTEGER),
    ...wholeProblems("scaling.min", scaling.min, isOptOut(replication) ? 1 : 2, MOST_REPLICAS),
    ...wholeProblems("scaling.max", scaling.max, scaling.min, MOST_REPLICAS),
    ...wrongResources,
    ...(exporter === undefined ? [] : imageProblems("exporter", exporter)),
  ];
  if (!isPercent(scaling.cpu))
    problems.push({ field: "scaling.cpu", given: scaling.cpu, allowed: "a percentage, such as 70" });
  if (zones.length === 0) problems.push({ field: "zones", given: zones, allowed: "at least one zone" });
  for (const [field, given] of Object.entries({ cookies, replication }))
    if (given !== undefined && !isOptOut(given)) problems.push({ field, given, allowed: 'optOut("why")' });
  if (wrongResources.length === 0) problems.push(...memoryProblems(resources.limits.memory, longestAnswer));
  return problems;
}

function memoryProblems(memory: Quantity, longestAnswer: string): Problem[] {
  if (amount(memory) < amount(LEAST_MEMORY))
    return [{ field: "resources.limits.memory", given: memory, allowed: `at least "${LEAST_MEMORY}"` }];
  const most = Math.floor(amount(memory) / ANSWERS_IN_MEMORY);
  if (isQuantity(longestAnswer) && amount(longestAnswer) >= 1_024 && amount(longestAnswer) <= most) return [];
  const allowed = `bytes from "1Ki" to ${most}, a ${ANSWERS_IN_MEMORY}th of resources.limits.memory (${memory})`;
  return [{ field: "longestAnswer", given: longestAnswer, allowed }];
}

/** Milliseconds from the announcement of a pod's end until nobody sends to it and what is under way has ended. */
export function drainTime({ timeout }: Pick<CompleteCache, "timeout">): number {
  return milliseconds(UNKNOWN_AFTER) + milliseconds(timeout);
}

/** Until every proxy of the gateway knows of the end of a pod. */
const UNKNOWN_AFTER: Duration = "10s";
