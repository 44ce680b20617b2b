import type { types } from "@pulumi/kubernetes";
import type { Namespace } from "../../cluster/namespace.ts";
import { ADDRESS, addressProblems, cidrProblems, isAddress, unsaid } from "../../core/address.ts";
import type { Problem } from "../../core/invalid.ts";
import type { OptOut } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import type { Shapes } from "../../core/shape.ts";
import { type Source, sourceProblems } from "../../core/source.ts";
import type { Transform } from "../../core/transform.ts";
import type { CredentialFile, Usable } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import type { ReplicasTransforms } from "../../workload/replicas-args.ts";
import { keyProblems } from "../alerting/receiver.ts";
import { runbooksProblems } from "../runbook.ts";

/** Who people are, by OpenID Connect. */
export interface Oidc {
  /** What stands on the button; `SSO` by default. */
  readonly name?: string;
  readonly clientId: string;
  /** Where the client's secret is, in the namespace of Grafana: never what it is. */
  readonly clientSecret: CredentialFile;
  /** Endpoints of the provider: where people sign in, where a code becomes a token, and where it is told who they are. */
  readonly urls: Readonly<Record<"authorization" | "token" | "userInfo", string>>;
  /** Blocks of addresses at which the provider answers on port 443, such as `203.0.113.0/24`: Grafana may send there. */
  readonly cidrs: readonly string[];
  /**
   * A JMESPath expression over what the provider tells, that gives `Viewer`, `Editor` or `Admin`; by default everybody may look, and
   * nobody more.
   */
  readonly role?: string;
}

export interface DashboardsArgs {
  readonly namespace: Namespace;
  /** Zones that its pods may run in. */
  readonly zones: readonly string[];
  /** The owner's relation of a database, where it keeps users, sessions and what they starred: `postgres.database("grafana").owner`. */
  readonly database: Usable;
  /** Namespaces whose dashboards it shows, besides its own: each is a folder. */
  readonly shows: readonly Namespace[];
  /** What is asked for metrics: `{ from: monitoring.query }`, or `{ url: "http://prometheus.observability.svc:9090" }` of somebody else's. */
  readonly prometheus: Source;
  /** What is asked for logs, and whose, where Loki keeps those of each tenant apart; not at all by default. */
  readonly loki?: Source & { readonly tenants?: readonly string[] };
  /** What is asked for traces, Jaeger or what speaks Tempo's protocol; not at all by default. */
  readonly traces?: Source & { readonly kind: "jaeger" | "tempo" };
  /** What is asked for profiles, and whose, where Pyroscope keeps those of each tenant apart; not at all by default. */
  readonly profiles?: Source & { readonly tenants?: readonly string[] };
  /** Where people reach it, as `https://shop.example.com/grafana`, by a `Route` to it; by default it is for `kubectl port-forward` alone. */
  readonly url?: string;
  readonly oidc?: Oidc;
  /** Grafana's own image of 12.4.9 by default. */
  readonly image?: string;
  /** How many pods; 2 by default, 10 at most. */
  readonly replicas?: number;
  /** Steps down to a single replica: `replicas` may then be 1. */
  readonly replication?: OptOut;
  /** Of each pod; 100m and 512Mi requested, limits 1 and 512Mi by default. */
  readonly resources?: Resources;
  /** Where people read `docs/runbooks`: the platform's dashboard leads there. */
  readonly runbooks?: string;
  readonly transform?: ReplicasTransforms & { readonly service?: Transform<types.input.core.v1.Service> };
}

/** What a Grafana gets that says nothing. */
const DEFAULTS = {
  image: image("grafana"),
  replicas: 2,
  resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
} as const;

/** The arguments with every default filled in. */
export function complete(args: DashboardsArgs) {
  return { ...DEFAULTS, ...args };
}

export type CompleteDashboards = ReturnType<typeof complete>;

/** What is looked into. */
export const SHAPES: Shapes = {
  namespace: "an object",
  zones: "a list of texts",
  database: "an object",
  shows: "a list of objects",
  prometheus: "an object",
  "loki?": "an object",
  "loki.tenants?": "a list of texts",
  "traces?": "an object",
  "profiles?": "an object",
  "profiles.tenants?": "a list of texts",
  "oidc?": "an object",
  "oidc.urls": "an object",
  "oidc.cidrs": "a list of texts",
  "replication?": "an object",
  "resources?": "an object",
  "transform?": "an object",
};

/** People look at pages; more pods than that are a slip of the pen. */
const MOST_REPLICAS = 10;
const KINDS_OF_TRACES: readonly unknown[] = ["jaeger", "tempo"];

/** What is wrong with what no other workload has. */
export function dashboardsProblems({ url, oidc, shows, runbooks, ...args }: CompleteDashboards): Problem[] {
  const { prometheus, loki, traces, profiles } = args;
  const problems: Problem[] = [
    ...runbooksProblems(runbooks),
    ...(oidc ? oidcProblems(oidc, url) : []),
    ...Object.entries({ prometheus, loki, traces, profiles }).flatMap(([field, source]) =>
      sourceProblems(field, source),
    ),
  ];
  if (url !== undefined) problems.push(...pageProblems("url", url, 'such as "https://shop.example.com/grafana"'));
  if (!Number.isInteger(args.replicas) || args.replicas > MOST_REPLICAS)
    problems.push({ field: "replicas", given: args.replicas, allowed: `a whole number of at most ${MOST_REPLICAS}` });
  if (traces !== undefined && !KINDS_OF_TRACES.includes(traces.kind))
    problems.push({ field: "traces.kind", given: traces.kind, allowed: '"jaeger" or "tempo"' });
  for (const [field, source] of Object.entries({ loki, profiles }))
    if (source?.tenants !== undefined) problems.push(...tenantProblems(`${field}.tenants`, source.tenants));
  const names = [args.namespace, ...shows].map(({ name }) => name);
  for (const [index, { name }] of shows.entries())
    if (names.indexOf(name) !== index + 1)
      problems.push({ field: `shows[${index}]`, given: name, allowed: "each namespace once, and not its own" });
  return problems;
}

function oidcProblems({ clientId, clientSecret, urls, cidrs }: Oidc, url: string | undefined): Problem[] {
  const problems = keyProblems("oidc.clientSecret", clientSecret);
  if (typeof clientId !== "string" || !/^\S+$/.test(clientId))
    problems.push({
      field: "oidc.clientId",
      given: unsaid(clientId),
      allowed: "what the provider calls it, without a space",
    });
  if (url === undefined)
    problems.push({ field: "url", given: url, allowed: "where people reach it: the provider sends them back there" });
  for (const endpoint of ["authorization", "token", "userInfo"] as const)
    problems.push(...pageProblems(`oidc.urls.${endpoint}`, urls[endpoint], "of the provider"));
  if (cidrs.length === 0)
    problems.push({ field: "oidc.cidrs", given: cidrs, allowed: 'blocks of addresses, such as "203.0.113.0/24"' });
  return [...problems, ...cidrs.flatMap((cidr, index) => cidrProblems(`oidc.cidrs[${index}]`, cidr))];
}

/** Grafana's settings hold it in clear, and a slash is added to it. */
function pageProblems(field: string, given: string, what: string): Problem[] {
  const allowed = `${ADDRESS}, nor a slash at its end, ${what}`;
  return isAddress(given) && given.endsWith("/") ? [{ field, given, allowed }] : addressProblems(field, given, allowed);
}

/** Loki's and Pyroscope's own alphabet for tenants; several are asked for at once with `|` between them. */
function tenantProblems(field: string, tenants: readonly string[]): Problem[] {
  if (tenants.length === 0) return [{ field, given: tenants, allowed: "at least one tenant, or no tenants" }];
  const isTenant = (given: string) => /^[\w!.*'()-]{1,150}$/.test(given) && !/^\.{1,2}$/.test(given);
  const allowed = "the name of a tenant: a-z, A-Z, 0-9 and !-_.*'()";
  return tenants.flatMap((given, index) => (isTenant(given) ? [] : [{ field: `${field}[${index}]`, given, allowed }]));
}
