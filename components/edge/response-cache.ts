import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { Deployment } from "@pulumi/kubernetes/apps/v1/deployment.js";
import { HorizontalPodAutoscaler } from "@pulumi/kubernetes/autoscaling/v2/horizontalPodAutoscaler.js";
import { ConfigMap } from "@pulumi/kubernetes/core/v1/configMap.js";
import { Secret } from "@pulumi/kubernetes/core/v1/secret.js";
import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import * as pulumi from "@pulumi/pulumi";
import { hasErrors } from "@pulumi/pulumi/log/index.js";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { labels, selector } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import type { Consumer, Grant, Pods, Usable } from "../core/usage.ts";
import { PASSWORD } from "../data/credential.ts";
import { type CompleteCache, cacheProblems, completeCache, type ResponseCacheArgs } from "./response-cache-args.ts";
import {
  cacheBudgetPlan,
  cacheMonitorPlan,
  cacheNetworkPlan,
  cachePlan,
  cachePodsPlan,
  cacheScalerPlan,
  cacheServicePlan,
  mostCaches,
  namesOf,
  purgeHost,
  rulesPlan,
} from "./response-cache-plan.ts";
import { PORTS } from "./response-cache-vcl.ts";
import type { RouteTarget } from "./route.ts";

/**
 * Keeps answers of one service between the gateway and it, in Varnish, and forgets them when it is told to. A route has it:
 *
 * ```ts
 * const cache = new ResponseCache("catalog-cache", { namespace, zones });
 * const catalog = shop.service("catalog", { uses: [cache.invalidate], route: { cache } });
 * ```
 *
 * `uses: [cache.invalidate]` gives a service `CATALOG_CACHE_HOST`, `CATALOG_CACHE_PORT` and `CATALOG_CACHE_TOKEN_FILE`, and the way to
 * every replica: for the `CacheInvalidation` of the chassis. It is declared before the service, so that the service can be one of those.
 */
export class ResponseCache extends Component {
  readonly name: string;
  readonly namespace: Namespace;
  /** For who may have it forget. */
  readonly invalidate: Usable;
  readonly #args: CompleteCache;
  readonly #token: pulumi.Output<string>;
  readonly #gateways: Ledger<Pods>;
  readonly #purgers: Ledger<Pods>;
  #service: RouteTarget | undefined;
  #pods: Deployment | undefined;

  constructor(name: string, args: ResponseCacheArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`ResponseCache "${name}"`, cacheProblems(name, args));
    super("edge:ResponseCache", name, opts, [args.namespace]);
    this.name = name;
    this.namespace = args.namespace;
    this.#args = completeCache(args);
    this.#gateways = new Ledger(`ResponseCache "${name}"`);
    this.#purgers = new Ledger(`ResponseCache "${name}"`);
    const keepers = { rotation: String(this.#args.rotation) };
    this.#token = new RandomPassword(...this.child(namesOf(name).purge, { ...PASSWORD, keepers })).result;
    this.invalidate = { usableName: name, grant: (consumer) => this.#letPurge(consumer) };
    this.registerOutputs({});
  }

  /**
   * Stands before a service from now on, and is what a route leads to in its place. A Route calls it; nobody else needs to. Throws if it
   * stands before another, or the service is of another namespace.
   */
  before(service: RouteTarget): RouteTarget {
    const { name, namespace } = this;
    if (service.namespace !== namespace)
      refuse(`ResponseCache "${name}"`, [
        { field: "namespace", given: namespace.name, allowed: `"${service.namespace.name}", that of ${service.name}` },
      ]);
    if (this.#service !== undefined && this.#service !== service)
      refuse(`ResponseCache "${name}"`, [
        { field: "cache", given: service.name, allowed: `${this.#service.name}, which it stands before already` },
      ]);
    if (this.#service === undefined) {
      this.#service = service;
      this.#pods = this.#make(service, this.#args);
    }
    const pods = this.#pods;
    return {
      name,
      namespace,
      port: PORTS.api,
      usableName: name,
      grant: (gateway) => {
        this.#gateways.add({ namespace: gateway.namespace, podLabels: gateway.podLabels });
        return granted({ namespace: namespace.name, podLabels: selector(name), port: PORTS.api }, pods);
      },
    };
  }

  #make(service: RouteTarget, args: CompleteCache): Deployment {
    const { name } = this;
    const { transform } = args;
    const namespace = this.namespace.name;
    const podLabels = selector(name);
    const way = service.grant({ name, namespace, podLabels, maxReplicas: mostCaches(args), opts: this.childOptions() });
    const metadata = { name, namespace, labels: labels(name) };
    const rules = rulesPlan(name, args, service);
    const config = new ConfigMap(...this.child(name, rules, transform?.rules));
    const secret = this.#secret(namesOf(name).purge, namespace, this.childOptions());
    const account = new ServiceAccount(...this.child(name, { metadata, automountServiceAccountToken: false }));
    const spec = pulumi
      .all([this.#gateways.entries, this.#purgers.entries])
      .apply(([gateways, purgers]) => cacheNetworkPlan(name, args, gateways, purgers, way.peers));
    const network = new NetworkPolicy(...this.child(name, { metadata, spec }, transform?.networkPolicy));
    const scaler = cacheScalerPlan(name, args);
    const pods = new Deployment(
      ...this.child(name, cachePlan(name, args, rules), transform?.deployment, {
        dependsOn: [config, secret, account, network, ...way.dependsOn],
        ignoreChanges: scaler ? ["spec.replicas"] : [],
      }),
    );
    if (scaler) new HorizontalPodAutoscaler(...this.child(name, scaler, transform?.autoscaler, { dependsOn: pods }));
    new PodDisruptionBudget(...this.child(name, cacheBudgetPlan(name, namespace), transform?.disruptionBudget));
    new Service(...this.child(name, cacheServicePlan(name, namespace), transform?.service, { dependsOn: pods }));
    new Service(...this.child(namesOf(name).pods, cachePodsPlan(name, namespace)));
    const monitor = cacheMonitorPlan(name, args);
    if (monitor) new CustomResource(...this.child(`${name}-monitor`, monitor, transform?.monitor));
    return pods;
  }

  #letPurge({ name: consumer, namespace, podLabels, opts }: Consumer): Grant {
    const { name } = this;
    this.#purgers.add({ namespace, podLabels });
    const secret = this.#secret(`${name}-${consumer}`, namespace, opts);
    const host = this.#purgers.entries.apply(() =>
      purgeHost(name, this.namespace.name, this.#service !== undefined, hasErrors()),
    );
    return {
      environment: { HOST: host, PORT: String(PORTS.purge) },
      files: { TOKEN: { secret: `${name}-${consumer}`, key: "token" } },
      peers: [{ namespace: this.namespace.name, podLabels: selector(name), port: PORTS.purge }],
      // Its pods may stand after the consumer's: the consumer may be the service which it stands before.
      dependsOn: [secret],
      revision: String(this.#args.rotation),
    };
  }

  #secret(name: string, namespace: string, opts: pulumi.CustomResourceOptions): Secret {
    return new Secret(
      `${namespace}-${name}`,
      {
        metadata: { name, namespace, labels: labels(this.name) },
        stringData: { token: pulumi.secret(this.#token) },
      },
      opts,
    );
  }
}

function granted(peer: Grant["peers"][number], pods: pulumi.Resource | undefined): Grant {
  return { environment: {}, files: {}, peers: [peer], dependsOn: pods ? [pods] : [], revision: "" };
}
