import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { labels } from "../core/labels.ts";
import { Ledger } from "../core/ledger.ts";
import { optOutAnnotations } from "../core/opt-out.ts";
import type { Destination } from "../core/usage.ts";
import { Certificate } from "./certificate.ts";
import { clientPolicyPlan, gatewayPolicyPlan } from "./client-policy.ts";
import type { ClientPolicyManifest } from "./envoy-gateway.ts";
import { completeProxies, type GatewayArgs, gatewayProblems } from "./gateway-args.ts";
import {
  gatewayClassPlan,
  gatewayMonitorPlan,
  gatewayNetworkPlan,
  gatewayPlan,
  IMPLEMENTATIONS,
  type Implementation,
  type ImplementationName,
  redirectPlan,
} from "./gateway-plan.ts";
import { limitPatchPlan } from "./limit-patch.ts";
import { proxiesPlan } from "./proxies-plan.ts";
import { type ResponseHeaders, responseHeaders } from "./response-headers.ts";

/**
 * The one way in from outside: TLS 1.2 or 1.3 with a certificate of its own; what comes without is sent to where TLS is. Where Envoy Gateway
 * runs it, it is proxies in several zones that scale, drain and hold clients to limits.
 */
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
  /** What every answer gets and loses that comes by a route of it. */
  readonly responseHeaders: ResponseHeaders;
  #authentication: pulumi.Resource | undefined;
  readonly #routed: Ledger<Destination>;
  readonly #claims: string[] = [];
  #clients: ClientPolicyManifest["spec"] | undefined;

  constructor(name: string, args: GatewayArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespace, host, issuer, rateLimits, transform } = args;
    refuse(`Gateway "${name}"`, gatewayProblems(name, args));
    if (rateLimits && args.implementation !== "envoy")
      refuse(`Gateway "${name}"`, [
        { field: "rateLimits", given: args.implementation, allowed: 'only with implementation: "envoy"' },
      ]);
    super("edge:Gateway", name, opts, [namespace]);
    const implementation: Implementation = IMPLEMENTATIONS[args.implementation];
    this.implementation = args.implementation;
    this.name = name;
    this.host = host;
    this.namespace = namespace.name;
    this.podLabels = implementation.podLabels(name);
    this.url = `https://${host}`;
    this.responseHeaders = responseHeaders(args.hsts, args.headers);
    this.#routed = new Ledger(`Gateway "${name}"`);

    const certificate = new Certificate(
      `${name}-certificate`,
      { namespace, issuer, hosts: [host], usages: ["server auth"] },
      { parent: this },
    );
    const proxies = implementation.metricsPort === undefined ? undefined : this.#proxies(name, args);
    const classPlan = gatewayClassPlan(name, namespace.name, implementation);
    const gatewayClass = new CustomResource(
      ...this.child(`${name}-class`, classPlan, undefined, { dependsOn: proxies ? [proxies] : [] }),
    );
    const stepsDown = optOutAnnotations({ hsts: args.hsts });
    const plan = gatewayPlan(name, namespace.name, host, certificate.secretName, stepsDown);
    const gateway = new CustomResource(
      ...this.child(name, plan, transform?.gateway, { dependsOn: [gatewayClass, certificate] }),
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

  /** What Envoy Gateway is told of the proxies, of clients and of requests. The proxies come first: the class names them. */
  #proxies(name: string, args: GatewayArgs): pulumi.Resource {
    const { zones, transform } = args;
    const namespace = this.namespace;
    const complete = completeProxies(args);
    const proxies = new CustomResource(
      ...this.child(
        `${name}-proxies`,
        proxiesPlan(name, namespace, { ...complete, zones, podLabels: this.podLabels }),
        transform?.proxies,
        { aliases: [{ name: `${name}-access-log` }] },
      ),
    );
    const clients = clientPolicyPlan(name, namespace, complete);
    const child = this.child(`${name}-clients`, clients, transform?.clients);
    this.#clients = child[1].spec;
    new CustomResource(...child);
    const requests = gatewayPolicyPlan(name, namespace, complete);
    if (requests) new CustomResource(...this.child(`${name}-requests`, requests, transform?.requests));
    const monitor = gatewayMonitorPlan(name, namespace, IMPLEMENTATIONS[args.implementation]);
    new CustomResource(...this.child(`${name}-monitor`, monitor, transform?.monitor));
    return proxies;
  }

  /** Lets the gateway's pods send to these. A Route says so; nobody else needs to. */
  routesTo(peers: readonly Destination[]): void {
    for (const peer of peers) this.#routed.add(peer);
  }

  /** Claims that it tells services of. */
  get claims(): readonly string[] {
    return this.#claims;
  }

  /** What clients are held to, where Envoy Gateway runs it. */
  get clients(): ClientPolicyManifest["spec"] | undefined {
    return this.#clients;
  }

  /** The policy by which all are asked who they are, where an Authentication has one: routes stand after it. */
  get authentication(): pulumi.Resource | undefined {
    return this.#authentication;
  }

  /** Has its routes know the policy and the claims, and its pods reach who issues tokens. An Authentication says so; nobody else needs to. */
  authenticates(policy: pulumi.Resource, claims: readonly string[], issuers: readonly Destination[]): void {
    this.#authentication = policy;
    this.#claims.push(...claims);
    this.routesTo(issuers);
  }
}
