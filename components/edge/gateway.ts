import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import type { Transform } from "../core/transform.ts";
import type { Destination } from "../core/usage.ts";
import { accessLogPlan } from "./access-log.ts";
import { Certificate } from "./certificate.ts";
import type { GatewayManifest, HttpRouteManifest } from "./gateway-api.ts";
import {
  gatewayClassPlan,
  gatewayNetworkPlan,
  gatewayPlan,
  gatewayProblems,
  IMPLEMENTATIONS,
  type ImplementationName,
  redirectPlan,
} from "./gateway-plan.ts";
import type { Issuer } from "./issuer.ts";
import { limitPatchPlan } from "./limit-patch.ts";
import type { RateLimits } from "./rate-limits.ts";

export interface GatewayArgs {
  readonly namespace: Namespace;
  /** Host that the gateway answers for, such as `shop.example.com`. */
  readonly host: string;
  /** Who signs the host's certificate. */
  readonly issuer: Issuer;
  readonly implementation: ImplementationName;
  /** What counts requests for all of its proxies; without it each of them counts for itself. Envoy alone. */
  readonly rateLimits?: RateLimits;
  readonly transform?: {
    readonly gateway?: Transform<GatewayManifest>;
    readonly redirect?: Transform<HttpRouteManifest>;
  };
}

/** The one way in from outside: TLS with a certificate of its own; what comes without is sent to where TLS is. */
export class Gateway extends Component {
  readonly name: string;
  readonly host: string;
  readonly namespace: string;
  /** Labels of the pods that carry its traffic; they run in its namespace. */
  readonly podLabels: Readonly<Record<string, string>>;
  readonly url: string;
  readonly implementation: ImplementationName;
  /** Whether limits of routes are counted for all of its proxies together. */
  readonly countsTogether: boolean;
  readonly #routed: Ledger<Destination>;
  readonly #claims: string[] = [];

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, host, issuer, rateLimits, transform } = args;
    refuse(`Gateway "${name}"`, gatewayProblems(name, host));
    if (rateLimits && args.implementation !== "envoy")
      refuse(`Gateway "${name}"`, [
        { field: "rateLimits", given: args.implementation, allowed: 'only with implementation: "envoy"' },
      ]);
    super("edge:Gateway", name, opts, [namespace]);
    const implementation = IMPLEMENTATIONS[args.implementation];
    this.implementation = args.implementation;
    this.name = name;
    this.host = host;
    this.namespace = namespace.name;
    this.podLabels = implementation.podLabels(name);
    this.url = `https://${host}`;
    this.#routed = new Ledger(`Gateway "${name}"`);

    const certificate = new Certificate(
      `${name}-certificate`,
      { namespace, issuer, hosts: [host], usages: ["server auth"] },
      { parent: this },
    );
    const accessLog = implementation.writesAccessLog
      ? [new CustomResource(...this.child(`${name}-access-log`, accessLogPlan(name, namespace.name)))]
      : [];
    const classPlan = gatewayClassPlan(name, namespace.name, implementation);
    const gatewayClass = new CustomResource(
      ...this.child(`${name}-class`, classPlan, undefined, { dependsOn: accessLog }),
    );
    const gateway = new CustomResource(
      ...this.child(name, gatewayPlan(name, namespace.name, host, certificate.secretName), transform?.gateway, {
        dependsOn: [gatewayClass, certificate],
      }),
    );
    new CustomResource(
      ...this.child(`${name}-redirect`, redirectPlan(name, namespace.name, host), transform?.redirect, {
        dependsOn: gateway,
      }),
    );
    this.countsTogether = rateLimits !== undefined;
    if (rateLimits) {
      this.routesTo([rateLimits.serve({ namespace: namespace.name, podLabels: this.podLabels })]);
      const patch = limitPatchPlan(name, namespace.name, rateLimits.secondLine);
      new CustomResource(...this.child(`${name}-limits`, patch, undefined, { dependsOn: [gateway, rateLimits] }));
    }
    const spec = this.#routed.entries.apply((routed) => gatewayNetworkPlan(name, implementation, routed));
    new NetworkPolicy(
      ...this.child(`${name}-network`, { metadata: { name, namespace: namespace.name, labels: labels(name) }, spec }),
    );
    this.registerOutputs({ url: this.url });
  }

  /** Lets the gateway's pods send to these. A Route says so; nobody else needs to. */
  routesTo(peers: readonly Destination[]): void {
    for (const peer of peers) this.#routed.add(peer);
  }

  /** Claims that it tells services of. */
  get claims(): readonly string[] {
    return this.#claims;
  }

  /** Has its routes know the claims, and its pods reach who issues tokens. An Authentication says so; nobody else needs to. */
  authenticates(claims: readonly string[], issuers: readonly Destination[]): void {
    this.#claims.push(...claims);
    this.routesTo(issuers);
  }
}
