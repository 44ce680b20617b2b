import type { types } from "@pulumi/kubernetes";
import { LimitRange } from "@pulumi/kubernetes/core/v1/limitRange.js";
import { Namespace as KubernetesNamespace } from "@pulumi/kubernetes/core/v1/namespace.js";
import { ResourceQuota } from "@pulumi/kubernetes/core/v1/resourceQuota.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { ATTACHES_ROUTES, MANAGED, SCRAPES_METRICS } from "../core/labels.ts";
import { type OptOut, optOutAnnotations } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import {
  ALLOW_DNS,
  CONTAINER_DEFAULTS,
  DENY_ALL,
  namespaceProblems,
  type OpenPorts,
  openPlan,
  podSecurityLabels,
  type Quota,
  quotaPlan,
} from "./namespace-plan.ts";

export interface NamespaceArgs {
  readonly quota: Quota;
  /** Level of the pod security standards. Stepping down gives `baseline`; `privileged` cannot be had. */
  readonly podSecurity?: OptOut;
  /** Ports open to and from anywhere. Only operators need it: what services need follows from their relations. */
  readonly openPorts?: OpenPorts;
  /** Whether its services may be reached from outside: routes of this namespace attach to the gateway. */
  readonly attachesRoutes?: boolean;
  /** Whether its pods read metrics: the network policies of every workload let them in to where metrics are, whoever they are. */
  readonly scrapesMetrics?: boolean;
  readonly transform?: {
    readonly namespace?: Transform<types.input.core.v1.Namespace>;
    readonly quota?: Transform<types.input.core.v1.ResourceQuota>;
    readonly limits?: Transform<types.input.core.v1.LimitRange>;
  };
}

/**
 * A namespace that is closed until something is declared: pod security `restricted`, a quota and container defaults,
 * and network policies that let nothing in or out but DNS.
 */
export class Namespace extends Component {
  readonly name: string;
  readonly scrapesMetrics: boolean;

  constructor(name: string, args: NamespaceArgs, opts?: pulumi.ComponentResourceOptions) {
    refuse(`Namespace "${name}"`, namespaceProblems(name, args.quota));
    super("cluster:Namespace", name, opts);
    this.name = name;
    this.scrapesMetrics = args.scrapesMetrics ?? false;
    const { transform } = args;

    const namespace = new KubernetesNamespace(
      ...this.child(
        name,
        {
          metadata: {
            name,
            labels: {
              ...MANAGED,
              ...podSecurityLabels(args.podSecurity ?? "restricted"),
              ...(args.attachesRoutes ? ATTACHES_ROUTES : {}),
              ...(args.scrapesMetrics ? SCRAPES_METRICS : {}),
            },
            annotations: optOutAnnotations({ podSecurity: args.podSecurity }),
          },
        },
        transform?.namespace,
      ),
    );
    const inside = { dependsOn: namespace };
    const metadata = (resource: string) => ({ name: resource, namespace: name, labels: MANAGED });

    new ResourceQuota(
      ...this.child(
        `${name}-quota`,
        { metadata: metadata("quota"), spec: { hard: quotaPlan(args.quota) } },
        transform?.quota,
        inside,
      ),
    );
    new LimitRange(
      ...this.child(
        `${name}-defaults`,
        { metadata: metadata("defaults"), spec: { limits: [CONTAINER_DEFAULTS] } },
        transform?.limits,
        inside,
      ),
    );
    const policy = (what: string, spec: types.input.networking.v1.NetworkPolicySpec) =>
      new NetworkPolicy(...this.child(`${name}-${what}`, { metadata: metadata(what), spec }, undefined, inside));
    policy("deny-all", DENY_ALL);
    policy("allow-dns", ALLOW_DNS);
    if (args.openPorts) policy("open-ports", openPlan(args.openPorts));

    this.registerOutputs({ name });
  }
}
