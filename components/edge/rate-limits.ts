import type { types } from "@pulumi/kubernetes";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import * as pulumi from "@pulumi/pulumi";
import type { Cluster } from "../cluster/cluster.ts";
import { RATE_LIMIT_SERVICE, REDIS_AUTHORITY } from "../cluster/operators/index.ts";
import { Component } from "../core/component.ts";
import { type Problem, refuse } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import { admit, reach } from "../core/network.ts";
import { optOut, optOutAnnotations } from "../core/opt-out.ts";
import { type Rate, rateProblems } from "../core/rate.ts";
import type { Transform } from "../core/transform.ts";
import type { Peer, Pods, Usable } from "../core/usage.ts";
import type { CertificateManifest } from "./cert-manager.ts";
import { certificatePlan } from "./certificate-plan.ts";

export interface RateLimitsArgs {
  /** The cluster whose Envoy Gateway was told of the Redis, by `rateLimits`. */
  readonly cluster: Cluster;
  /** Where the counters are: a `Redis`. */
  readonly redis: Usable;
  /**
   * What each proxy lets through of one address by itself, whatever becomes of Redis; `100/1s` by default. It is no promise to anybody, and
   * there for when Redis is gone and `whenRedisIsGone` is `open`: a limit of one address that is wider (times the proxies) is never reached.
   */
  readonly secondLine?: Rate;
  readonly transform?: {
    /** Where the counters are, as what counts reads it. */
    readonly settings?: Transform<types.input.core.v1.ConfigMap>;
    /** By which it is known to a Redis with TLS. */
    readonly certificate?: Transform<CertificateManifest>;
    readonly network?: Transform<types.input.networking.v1.NetworkPolicy>;
  };
}

const MADE_BY_OTHERS = optOutAnnotations({ dangling: optOut("Envoy Gateway makes the pods by its settings") });
const { name: ACCOUNT, namespace: HOME, podLabels, port, replicas, controlPlane, certificate } = RATE_LIMIT_SERVICE;

/**
 * Ties what counts requests for all proxies to its Redis: an account that sees only its own counters, TLS, and the network between proxies,
 * counters and Redis. A `Gateway` that is given it counts together; one that is not has each proxy count for itself.
 */
export class RateLimits extends Component {
  readonly secondLine: Rate;
  readonly #gateways: Ledger<Pods>;

  constructor(
    name: string,
    { cluster, redis, secondLine = "100/1s", transform }: RateLimitsArgs,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    const { rateLimits } = cluster;
    refuse(`RateLimits "${name}"`, [...rateProblems("secondLine", secondLine), ...redisProblems(cluster, redis)]);
    super("edge:RateLimits", name, opts, [cluster, ...(rateLimits ? [rateLimits.home] : [])]);
    this.secondLine = secondLine;
    this.#gateways = new Ledger(`RateLimits "${name}"`);
    const grant = redis.grant({
      name: ACCOUNT,
      namespace: HOME,
      podLabels,
      // One more while they are updated.
      maxReplicas: replicas + 1,
      opts: this.childOptions(),
    });
    const { HOST, PORT, KEY_PREFIX } = grant.environment;
    const metadata = { namespace: HOME, labels: labels(name) };
    const settings: types.input.core.v1.ConfigMap = {
      metadata: { ...metadata, name: RATE_LIMIT_SERVICE.settings },
      data: {
        url: pulumi.interpolate`${HOST}:${PORT}`,
        prefix: pulumi.output(KEY_PREFIX ?? ""),
        authority: grant.issuer ? REDIS_AUTHORITY.inCluster : REDIS_AUTHORITY.aws,
      },
    };
    new ConfigMap(...this.child(`${name}-settings`, settings, transform?.settings));
    if (grant.issuer) {
      const plan = certificatePlan({
        name: certificate,
        namespace: HOME,
        issuer: grant.issuer.ref,
        dnsNames: [`${ACCOUNT}.${HOME}.svc`],
        duration: "90d",
        usages: ["client auth"],
      });
      new CustomResource(...this.child(certificate, plan, transform?.certificate, { dependsOn: grant.issuer }));
    }
    const spec = this.#gateways.entries.apply((gateways) => ({
      podSelector: { matchLabels: { ...podLabels } },
      policyTypes: ["Ingress", "Egress"],
      ingress: admit(gateways, [port]),
      egress: reach([...grant.peers, controlPlane]),
    }));
    const network: types.input.networking.v1.NetworkPolicy = {
      metadata: { ...metadata, name: ACCOUNT, annotations: MADE_BY_OTHERS },
      spec,
    };
    new NetworkPolicy(...this.child(`${name}-network`, network, transform?.network));
    this.registerOutputs({});
  }

  /** Lets a gateway's proxies ask, and says whom. A Gateway calls it; nobody else needs to. */
  serve(proxies: Pods): Peer {
    this.#gateways.add(proxies);
    return { namespace: HOME, podLabels, port };
  }
}

function redisProblems({ rateLimits }: Cluster, { usableName: given }: Usable): Problem[] {
  if (!rateLimits)
    return [
      { field: "cluster", given: "without rateLimits", allowed: `a Cluster with rateLimits: { redis: "${given}" }` },
    ];
  if (rateLimits.redis === given) return [];
  return [{ field: "redis", given, allowed: `"${rateLimits.redis}", which the Cluster's rateLimits name` }];
}
