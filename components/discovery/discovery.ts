import { Service } from "@pulumi/kubernetes/core/v1/service.js";
import { EndpointSlice } from "@pulumi/kubernetes/discovery/v1/endpointSlice.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { refuseShape } from "../core/shape.ts";
import type { CredentialFile, Grant, Usable } from "../core/usage.ts";
import { type ConsulArgs, completeConsul } from "./consul/args.ts";
import { InCluster } from "./consul/in-cluster.ts";
import { consulProblems } from "./consul/problems.ts";
import { outsidePlans, serviceName } from "./kubernetes-plan.ts";
import { destinations, type OutsideArgs, outsideProblems } from "./outside.ts";
import type { StubDomain } from "./stub-domain.ts";

/** The cluster's own DNS, which every cluster has: nothing is made but names for what stands outside. */
export interface KubernetesDnsArgs {
  readonly kind?: "kubernetes";
  /** Where names for services outside of the cluster are made. */
  readonly namespace: Namespace;
}

export type DiscoveryArgs = KubernetesDnsArgs | ConsulArgs;

/**
 * How services find each other. In the cluster by its DNS, with nothing to declare: `uses: [inventory]` gives a service the name. `kind:
 * "consul"` runs Consul beside it, where others stand outside: they find services of the cluster by its catalog, and are found by its DNS.
 */
export class Discovery extends Component {
  readonly kind: "kubernetes" | "consul";
  /** Consul's API, over TLS; undefined without it. */
  readonly endpoint: string | undefined;
  /** What the cluster's DNS must be told, so that names of Consul are found in it; undefined without it. */
  readonly stubDomain: pulumi.Output<StubDomain> | undefined;
  /** Where Consul's token of management is, in the Discovery's namespace; undefined without it. */
  readonly management: CredentialFile | undefined;
  /** The Secret with `gossip` and `token` for agents outside; undefined unless there are any. */
  readonly agents: { readonly secret: string } | undefined;
  readonly #name: string;
  readonly #namespace: Namespace;
  readonly #domain: string | undefined;
  readonly #consul: InCluster | undefined;
  readonly #outside = new Map<string, { readonly args: OutsideArgs; readonly usable: Usable }>();

  constructor(name: string, args: DiscoveryArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `Discovery "${name}"`;
    refuseShape(subject, args, { namespace: "an object" });
    if (args.kind === "consul") {
      refuseShape(subject, args, {
        zones: "a list",
        issuer: "an object",
        "agents?": "a list of texts",
        "catalogSync?": "an object",
        "catalogSync.namespaces": "a list of texts",
        "resources?": "an object",
        "transform?": "an object",
      });
      refuse(subject, consulProblems(name, completeConsul(args)));
    } else {
      const given = args.kind as unknown;
      refuse(subject, [
        ...nameProblems("name", name),
        ...(given === undefined || given === "kubernetes"
          ? []
          : [{ field: "kind", given, allowed: '"kubernetes" or "consul"' }]),
      ]);
    }
    super("discovery:Discovery", name, opts, args.kind === "consul" ? [args.namespace, args.issuer] : [args.namespace]);
    this.#name = name;
    this.#namespace = args.namespace;
    this.kind = args.kind ?? "kubernetes";
    if (args.kind === "consul") {
      const full = completeConsul(args);
      this.#consul = new InCluster(name, full, this.children(), args.transform);
      this.#domain = full.domain;
      this.endpoint = this.#consul.endpoint;
      this.stubDomain = this.#consul.stubDomain;
      this.management = this.#consul.management;
      this.agents = this.#consul.agents;
    }
    this.registerOutputs({ endpoint: this.endpoint, stubDomain: this.stubDomain });
  }

  /**
   * A service outside of the cluster, as something to use: `uses: [discovery.outside("legacy-billing", { port: 8443, addresses })]` gives
   * `LEGACY_BILLING_HOST` and `LEGACY_BILLING_PORT`, and the way to those addresses. The name is Consul's, where instances that are not well
   * are not told, or one that is made in the cluster, of which all addresses are told. Throws if it was declared otherwise before.
   */
  outside(service: string, args: OutsideArgs): Usable {
    const subject = `Discovery "${this.#name}": the service ${JSON.stringify(service)} outside`;
    refuseShape(subject, args, { addresses: "a list of texts" });
    refuse(subject, outsideProblems(this.kind, service, args));
    const known = this.#outside.get(service);
    if (known) {
      if (JSON.stringify(known.args) !== JSON.stringify(args))
        refuse(subject, [
          { field: service, given: args, allowed: `what it was declared as: ${JSON.stringify(known.args)}` },
        ]);
      return known.usable;
    }
    const { host, dependsOn } = this.#nameOf(service, args);
    const usable: Usable = {
      usableName: service,
      grant: (): Grant => ({
        environment: { HOST: host, PORT: String(args.port) },
        files: {},
        peers: destinations(args),
        dependsOn,
        revision: "",
      }),
    };
    this.#outside.set(service, { args, usable });
    return usable;
  }

  #nameOf(
    service: string,
    args: OutsideArgs,
  ): { readonly host: string; readonly dependsOn: readonly pulumi.Resource[] } {
    if (this.#consul) return { host: `${service}.service.${this.#domain}`, dependsOn: [this.#consul.setup] };
    const namespace = this.#namespace.name;
    const plans = outsidePlans(service, namespace, args);
    const named = new Service(...this.child(`${this.#name}-${service}`, plans.service));
    const slice = new EndpointSlice(
      ...this.child(`${this.#name}-${service}`, plans.slice, undefined, { dependsOn: named }),
    );
    return { host: serviceName(service, namespace), dependsOn: [slice] };
  }
}
