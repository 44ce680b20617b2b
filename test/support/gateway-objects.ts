import { Cluster, Namespace } from "../../components/cluster/index.ts";
import { CERT_MANAGER, ENVOY_GATEWAY, type RateLimitService } from "../../components/cluster/operators/index.ts";
import { type OptOut, optOut } from "../../components/core/index.ts";
import { Redis } from "../../components/data/index.ts";
import { certificatePlan, certificateSecret } from "../../components/edge/certificate-plan.ts";
import type { EnvoyProxyManifest } from "../../components/edge/envoy-gateway.ts";
import { Authentication, Gateway, Issuer, type RateLimit, RateLimits, Route } from "../../components/edge/index.ts";
import { issuerRef } from "../../components/edge/issuer-plan.ts";
import { Microservice } from "../../components/workload/index.ts";
import { ENVOY } from "../../rehearsal/images/envoy.ts";
import { ZONES } from "../../rehearsal/nodes/testing/real-cluster.ts";
import type { KubeObject } from "../../rehearsal/plugins/kubernetes/object.ts";
import { objectsOf } from "./component-objects.ts";

export const EDGE = "edge";
export const SHOP = "shop";
export const DATA = "shop-data";
const LOGIN = "login";

/** The gateway that is asked for what it does with requests, and the one that counts them and asks for tokens. */
export const GATEWAY = { name: "gateway", host: "shop.plumbline.test" };
export const COUNTED = { name: "counted", host: "counted.plumbline.test" };

export const DEPRECATED = "2026-06-30";
export const SUNSET = "2027-06-30";

/** What the routes to the service of trials declare; their paths begin with their names. */
export const TRIALS = {
  slow: { timeout: "2s" },
  flaky: { timeout: "5s", retries: 2 },
  breaker: { timeout: "5s", breaker: { consecutive5xx: 5, ejection: "6s" } },
  bulkhead: { timeout: "10s", maxInFlight: 4 },
} as const;

/** What is counted for both proxies together: of one address, in an hour. */
export const LIMIT = 200;
/** Of one address in a second, by each proxy alone. */
export const SECOND_LINE = 40;
const MANY = "100000/1h";

export const ISSUER = `https://${LOGIN}.${LOGIN}.svc.cluster.local`;
export const AUDIENCE = "shop";
export const CACHE = "cache";

const quota = { cpu: "20", memory: "10Gi", pods: 40, storage: "20Gi" } as const;
const AUTHORITY = "internal";
/** Where what is there before Envoy Gateway is has its place, and all namespaces that are ours. */
const HOMES: readonly string[] = [CERT_MANAGER.namespace, ENVOY_GATEWAY.namespace];
const OURS = [EDGE, SHOP, DATA, ...HOMES];
/** What no namespace holds, of what is made for all environments. */
const WITHOUT_NAMESPACE = ["PriorityClass", "GatewayClass", "ClusterIssuer"];

interface Images {
  readonly web: string;
  readonly trial: string;
}

/** Envoy Gateway's settings of what counts, as a cluster has them. */
export function counting(whenRedisIsGone: RateLimitService["whenRedisIsGone"]): RateLimitService {
  return { redis: CACHE, whenRedisIsGone };
}

/**
 * The objects of both gateways and of what they need: first what is there before Envoy Gateway is, then the rest. `keys` are those of the
 * issuer of tokens.
 */
export async function gatewayObjects(images: Images, keys: string): Promise<[before: object[], after: object[]]> {
  const all = (await objectsOf(() => program(images))) as KubeObject[];
  const made = all.filter(({ kind = "", metadata }) =>
    kind === "Namespace" ? OURS.includes(metadata?.name ?? "") : isOurs(kind, metadata?.namespace),
  );
  const namespaces = made.filter(({ kind }) => kind === "Namespace");
  const isBefore = ({ kind = "", metadata }: KubeObject) =>
    ["PriorityClass", "ClusterIssuer"].includes(kind) || HOMES.includes(metadata?.namespace ?? "");
  const rest = made.filter(({ kind }) => kind !== "Namespace");
  return [
    [...namespaces, ...rest.filter(isBefore)],
    [...issuerOfTokens(images.trial, keys), ...rest.filter((one) => !isBefore(one))],
  ];
}

function isOurs(kind: string, namespace: string | undefined): boolean {
  return namespace === undefined ? WITHOUT_NAMESPACE.includes(kind) : OURS.includes(namespace);
}

function program(images: Images): void {
  const rateLimits = counting("open");
  const cluster = new Cluster("cluster", { context: "tests", operators: "installed", rateLimits });
  const on = { provider: cluster.provider };
  const issuer = new Issuer(AUTHORITY, { authority: "private" }, on);
  const [edge, shop, data] = [
    new Namespace(EDGE, { quota }, on),
    new Namespace(SHOP, { quota, attachesRoutes: true }, on),
    new Namespace(DATA, { quota }, on),
  ];
  const place = { namespace: edge, issuer, implementation: "envoy", zones: ZONES } as const;
  const gateway = new Gateway(
    GATEWAY.name,
    {
      ...place,
      host: GATEWAY.host,
      scaling: { min: 2, max: 3, cpu: 100 },
      resources: { requests: { cpu: "1", memory: "256Mi" }, limits: { cpu: "2", memory: "256Mi" } },
      drain: { least: "5s", most: "20s" },
      maxRequestSize: "64Ki",
      transform: { proxies: withEnvoy },
    },
    on,
  );
  const redis = new Redis(CACHE, { namespace: data, issuer, zones: ZONES, role: "cache" }, on);
  const counted = new Gateway(
    COUNTED.name,
    {
      ...place,
      host: COUNTED.host,
      scaling: { min: 2, max: 2 },
      resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "256Mi" } },
      rateLimits: new RateLimits("rate-limits", { cluster, redis, secondLine: `${SECOND_LINE}/1s` }, on),
      transform: { proxies: trusting },
    },
    on,
  );
  const at = [{ namespace: LOGIN, podLabels: { app: LOGIN }, port: 8443 }];
  const identity = { issuer: ISSUER, audiences: [AUDIENCE], jwks: `${ISSUER}:8443/keys`, claims: ["sub", "tenant"] };
  new Authentication("people", { gateway: counted, ...identity, at }, on);

  const service = {
    namespace: shop,
    zones: ZONES,
    scaling: { min: 2, max: 2 },
    resources: { requests: { cpu: "100m", memory: "128Mi" }, limits: { cpu: "1", memory: "128Mi" } },
  } as const;
  const web = new Microservice("web", { ...service, image: images.web }, on);
  const trial = new Microservice("trial", { ...service, image: images.trial }, on);
  const replication = optOut("what it is asked is counted in its memory");
  const alone = { ...service, scaling: { min: 1, max: 1 }, replication };
  const once = new Microservice("once", { ...alone, image: images.trial }, on);

  const rateLimit = optOut("all of the load comes from one address");
  new Route("web", { gateway, to: web, path: "/", timeout: "5s", retries: 2, rateLimit }, on);
  const version = { name: "v1", by: "header", deprecated: DEPRECATED, sunset: SUNSET } as const;
  new Route("web-v1", { gateway, to: web, path: "/", version, rateLimit }, on);
  for (const [name, declared] of Object.entries(TRIALS))
    new Route(name, { gateway, to: name === "flaky" ? once : trial, path: `/${name}`, rateLimit, ...declared }, on);

  const toCounted = (name: string, rateLimit: RateLimit, authentication?: OptOut) =>
    new Route(
      name,
      { gateway: counted, to: trial, path: `/${name}`, rateLimit, ...(authentication && { authentication }) },
      on,
    );
  const open = optOut("tests call it without a token");
  toCounted("open", { perClient: MANY }, open);
  toCounted("limited", { perClient: `${LIMIT}/1h` }, open);
  toCounted("mine", { perClient: MANY, perClaim: { claim: "tenant", limit: "15/1h" } });
}

/** The rehearsal has this one alone; Envoy Gateway 1.5 would run 1.35. */
function withEnvoy({ spec }: EnvoyProxyManifest): undefined {
  spec.provider.kubernetes.envoyDeployment.container.image = ENVOY.reference;
}

/** Its image has no authorities, and the issuer's keys come by TLS: ours stands where those of the public are. */
function trusting(proxies: EnvoyProxyManifest): undefined {
  withEnvoy(proxies);
  const { pod, container } = proxies.spec.provider.kubernetes.envoyDeployment;
  const items = [{ key: "ca.crt", path: "ca-certificates.crt" }];
  const secret = { secretName: certificateSecret(`${COUNTED.name}-certificate`), items };
  Object.assign(pod, { volumes: [{ name: "authorities", secret }] });
  Object.assign(container, { volumeMounts: [{ name: "authorities", mountPath: "/etc/ssl/certs", readOnly: true }] });
}

/** Whose pod has the public keys, somewhere in the cluster. */
function issuerOfTokens(image: string, keys: string): object[] {
  const here = { name: LOGIN, namespace: LOGIN };
  const labels = { app: LOGIN };
  const issuer = issuerRef(AUTHORITY);
  const dnsNames = [new URL(ISSUER).hostname];
  const container = {
    name: LOGIN,
    image,
    env: [{ name: "KEYS", value: keys }],
    volumeMounts: [{ name: "tls", mountPath: "/tls", readOnly: true }],
    readinessProbe: { tcpSocket: { port: 8443 }, periodSeconds: 1 },
  };
  const volumes = [{ name: "tls", secret: { secretName: certificateSecret(LOGIN) } }];
  return [
    { apiVersion: "v1", kind: "Namespace", metadata: { name: LOGIN } },
    certificatePlan({ ...here, issuer, dnsNames, duration: "30d", usages: ["server auth"] }),
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: here,
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [container], volumes } },
      },
    },
    { apiVersion: "v1", kind: "Service", metadata: here, spec: { selector: labels, ports: [{ port: 8443 }] } },
  ];
}
