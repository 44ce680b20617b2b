import type { Namespace } from "../cluster/namespace.ts";
import { type Duration, durationProblems, isDuration } from "../core/duration.ts";
import type { Problem } from "../core/invalid.ts";
import type { MonitorManifest } from "../core/monitor.ts";
import { isDnsLabel, nameProblems } from "../core/names.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import { isPercent, type Percent } from "../core/percent.ts";
import { amount, bytes, isQuantity, type Quantity } from "../core/quantity.ts";
import { type Resources, resourceProblems } from "../core/resources.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import type { Transform } from "../core/transform.ts";
import { wholeProblems } from "../core/whole.ts";
import type { ClientPolicyManifest, EnvoyProxyManifest, GatewayPolicyManifest } from "./envoy-gateway.ts";
import type { GatewayManifest, HttpRouteManifest } from "./gateway-api.ts";
import type { ImplementationName } from "./gateway-plan.ts";
import type { Issuer } from "./issuer.ts";
import type { RateLimits } from "./rate-limits.ts";

/** How many proxies carry the traffic of a gateway. */
interface ProxyScaling {
  /** Never fewer: at least 2, and 3 by default, one for each zone of three. */
  readonly min: number;
  /** Never more; 10 by default. The same as `min` makes it a fixed number, without an autoscaler. */
  readonly max: number;
  /** Proxies are added when they use more of the processors that they requested; 70 by default. */
  readonly cpu: Percent;
}

/** How a proxy ends that is taken away: it says so on every connection, and goes when none is left. */
interface Drain {
  /**
   * It takes new connections for so long: until every load balancer has left it out. 15 s by default, 60 s behind a load balancer of
   * AWS, which takes that long to let go of a target.
   */
  readonly least?: Duration;
  /** Then it waits for the last connection to end, until so long after the beginning; 90 s by default. */
  readonly most?: Duration;
}

/** What a gateway is where Envoy Gateway runs it. The rehearsal's stand-in carries no traffic and takes none of these. */
export interface ProxiesArgs {
  readonly scaling?: Partial<ProxyScaling>;
  /** Steps down to a single proxy: `scaling.min` may then be 1. */
  readonly replication?: OptOut;
  /** Of each proxy: 500m requested and at most 2 processors, and 512Mi, by default. Four fifths of the memory are for connections. */
  readonly resources?: Resources;
  readonly drain?: Drain;
  /**
   * The longest body of a request, as a quantity of bytes; a longer one is refused with 413. 1Mi by default, as in nginx. Bodies are
   * held until they are whole, so that a slow sender holds no place in a service: uploads and streams need `optOut("why")`. They are held
   * before limits of rate are asked, and four fifths of a proxy's memory are for all of them: so at most a 64th of its limit (8Mi of
   * 512Mi), of which some fifty fill it, and never above 64Mi.
   */
  readonly maxRequestSize?: Quantity | OptOut;
  /** Connections that each proxy has at once; more are closed at once. 10000 by default. */
  readonly maxConnections?: number;
  /** Whose load balancer stands before it; any that reaches pods by their addresses by default. */
  readonly loadBalancer?: "aws";
}

export interface GatewayArgs extends ProxiesArgs {
  readonly namespace: Namespace;
  /** Host that the gateway answers for, such as `shop.example.com`. */
  readonly host: string;
  /** Who signs the host's certificate. */
  readonly issuer: Issuer;
  readonly implementation: ImplementationName;
  /** Zones that its proxies run in. */
  readonly zones: readonly string[];
  /** What counts requests for all of its proxies; without it each of them counts for itself. Envoy alone. */
  readonly rateLimits?: RateLimits;
  /** How long browsers are to come by TLS alone (RFC 6797); a year by default. */
  readonly hsts?: Duration | OptOut;
  /** Headers that every answer of a service gets besides; one of them with another value replaces ours. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly transform?: {
    readonly gateway?: Transform<GatewayManifest>;
    readonly redirect?: Transform<HttpRouteManifest>;
    readonly proxies?: Transform<EnvoyProxyManifest>;
    readonly clients?: Transform<ClientPolicyManifest>;
    readonly requests?: Transform<GatewayPolicyManifest>;
    readonly monitor?: Transform<MonitorManifest>;
  };
}

const MOST_PROXIES = 100;
const MOST_CONNECTIONS = 50_000;
const LARGEST_BODY: Quantity = "64Mi";
/** So many of the longest bodies are as large as a proxy's memory. Fewer, and a handful of senders has it refuse everybody. */
const BODIES_IN_MEMORY = 64;
/** What Envoy Gateway lets a proxy's heap take of its memory before the proxy refuses requests. */
const HEAP = 0.8;
const PROXIES: Shapes = { "scaling?": "an object", "drain?": "an object", "resources?": "an object" };
const SHAPES: Shapes = { ...PROXIES, zones: "a list of texts", "headers?": "an object", "headers.*": "a text" };

/** The arguments of proxies with every default filled in. */
export function completeProxies(args: ProxiesArgs) {
  const { scaling, drain, resources, maxRequestSize = "1Mi", maxConnections = 10_000 } = args;
  return {
    ...args,
    scaling: { min: 3, max: 10, cpu: 70, ...scaling } as ProxyScaling,
    drain: { least: args.loadBalancer === "aws" ? "60s" : "15s", most: "90s", ...drain } as Required<Drain>,
    resources: resources ?? {
      requests: { cpu: "500m", memory: "512Mi" },
      limits: { cpu: "2", memory: "512Mi" },
    },
    maxRequestSize,
    maxConnections,
  };
}

export type CompleteProxies = ReturnType<typeof completeProxies>;

/** What is wrong with a gateway's arguments, as far as their types let it through. */
export function gatewayProblems(
  name: string,
  args: Pick<GatewayArgs, "host" | "hsts" | "headers" | "zones" | keyof ProxiesArgs>,
): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return [...nameProblems("name", name), ...misshapen];
  const { host, zones, hsts = "365d", headers = {} } = args;
  const problems = [
    ...nameProblems("name", name),
    ...proxiesProblems(args),
    ...(isOptOut(hsts) ? [] : durationProblems("hsts", hsts, "1m", "730d")),
  ];
  if (!isHost(host))
    problems.push({ field: "host", given: host, allowed: 'a host name with a domain, such as "shop.example.com"' });
  if (zones.length === 0) problems.push({ field: "zones", given: zones, allowed: "at least one zone" });
  for (const [header, value] of Object.entries(headers))
    if (!/^[A-Za-z][A-Za-z0-9-]*$/.test(header) || !/^[\x21-\x7e][\x20-\x7e]*$/.test(value))
      problems.push({ field: `headers.${header}`, given: value, allowed: "a name of letters and dashes, and a value" });
  return problems;
}

/** What is wrong with what carries a gateway's traffic. */
export function proxiesProblems(args: ProxiesArgs): Problem[] {
  const misshapen = shapeProblems(args, PROXIES);
  if (misshapen.length > 0) return misshapen;
  const { scaling, replication, resources, drain, maxRequestSize, maxConnections, loadBalancer } =
    completeProxies(args);
  const wrongResources = resourceProblems("resources", resources);
  const problems = [
    ...wrongResources,
    ...scalingProblems(scaling, isOptOut(replication)),
    ...durationProblems("drain.least", drain.least, "0s", "10m"),
    ...durationProblems("drain.most", drain.most, isDuration(drain.least) ? drain.least : "0s", "10m"),
    ...wholeProblems("maxConnections", maxConnections, 1, MOST_CONNECTIONS),
  ];
  if (replication !== undefined && !isOptOut(replication))
    problems.push({ field: "replication", given: replication, allowed: 'optOut("why a single proxy is enough")' });
  if (loadBalancer !== undefined && loadBalancer !== "aws")
    problems.push({ field: "loadBalancer", given: loadBalancer, allowed: '"aws", or none' });
  if (isOptOut(maxRequestSize)) return problems;
  if (!isBody(maxRequestSize))
    problems.push({
      field: "maxRequestSize",
      given: maxRequestSize,
      allowed: `bytes from "1Ki" to "${LARGEST_BODY}", all held in memory, or optOut("why there is no limit")`,
    });
  else if (wrongResources.length === 0) problems.push(...memoryProblems(maxRequestSize, resources.limits.memory));
  return problems;
}

/** A problem if so few bodies fill a proxy that a handful of senders can. */
function memoryProblems(maxRequestSize: Quantity, memory: Quantity): Problem[] {
  const most = Math.floor(amount(memory) / BODIES_IN_MEMORY);
  if (amount(maxRequestSize) <= most) return [];
  const filling = Math.floor((amount(memory) * HEAP) / amount(maxRequestSize));
  return [
    {
      field: "maxRequestSize",
      given: maxRequestSize,
      allowed: `at most "${bytes(most)}", a ${BODIES_IN_MEMORY}th of resources.limits.memory (${memory}): bodies are held in memory before limits of rate are asked, and ${filling} of these fill what a proxy has for them, so that it refuses everybody; lower it, or give more memory`,
    },
  ];
}

function scalingProblems({ min, max, cpu }: ProxyScaling, isSingle: boolean): Problem[] {
  const problems = [
    ...wholeProblems("scaling.min", min, isSingle ? 1 : 2, MOST_PROXIES),
    ...wholeProblems("scaling.max", max, min, MOST_PROXIES),
  ];
  if (!isPercent(cpu)) problems.push({ field: "scaling.cpu", given: cpu, allowed: "a percentage, such as 70" });
  return problems;
}

/** Envoy Gateway takes whole numbers without a leading zero alone. */
function isBody(given: string): boolean {
  if (!isQuantity(given) || !/^[1-9]/.test(given)) return false;
  return amount(given) >= amount("1Ki") && amount(given) <= amount(LARGEST_BODY);
}

/** Whether a text is a full host name in lower case. */
function isHost(text: unknown): boolean {
  if (typeof text !== "string") return false;
  const parts = text.split(".");
  return parts.length > 1 && text.length <= 253 && parts.every((part) => isDnsLabel(part.replace(/^\d/, "d")));
}
