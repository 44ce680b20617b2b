import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import type { Duration } from "../core/duration.ts";
import { refuse } from "../core/invalid.ts";
import type { Resilience } from "../core/resilience.ts";
import type { Transform } from "../core/transform.ts";
import type { Usable } from "../core/usage.ts";
import type { Gateway } from "./gateway.ts";
import type { HttpRouteManifest } from "./gateway-api.ts";
import { routeProblems, routesPlan } from "./route-plan.ts";
import { type RouteVersion, versionPath } from "./route-version.ts";
import type { TrafficPolicyManifest } from "./traffic-policy.ts";

/** A service that a route leads to, such as a Microservice. */
export interface RouteTarget extends Usable {
  readonly name: string;
  readonly namespace: Namespace;
  readonly port: number;
}

export interface RouteArgs extends Partial<Resilience> {
  readonly gateway: Gateway;
  readonly to: RouteTarget;
  /** What the request's path begins with; `/<service>` by default. */
  readonly path?: string;
  /** Which version of its API this is; none by default. */
  readonly version?: RouteVersion;
  /**
   * How long a request may take in all, up to `99s`; 15 s by default. This holds at every gateway; retries, breaker and maxInFlight where
   * Envoy Gateway runs it, and count for each of its pods. With retries, maxInFlight counts what may be repeated by itself.
   */
  readonly timeout?: Duration;
  readonly transform?: {
    readonly route?: Transform<HttpRouteManifest>;
    readonly policy?: Transform<TrafficPolicyManifest>;
  };
}

/** A way from the gateway to one service. The gateway's pods become consumers of it, so they and no others come in. */
export class Route extends Component {
  readonly url: string;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    const { gateway, to, path = `/${to.name}`, timeout = "15s", version, transform } = args;
    const given = { ...args, timeout };
    refuse(`Route "${name}"`, routeProblems(name, path, given, version));
    super("edge:Route", name, opts, [to.namespace, gateway]);
    this.url = `${gateway.url}${versionPath(path, version)}`;
    const { peers, dependsOn } = to.grant({
      name: gateway.name,
      namespace: gateway.namespace,
      podLabels: gateway.podLabels,
      maxReplicas: 1,
      opts: this.childOptions(),
    });
    gateway.routesTo(peers);
    const plan = routesPlan(
      { name, namespace: to.namespace.name, gateway, path, version, service: to },
      given,
      gateway.implementation,
    );
    for (const { route, policy } of plan) {
      const { name } = route.metadata;
      new CustomResource(...this.child(name, route, transform?.route, { dependsOn: [...dependsOn] }));
      if (policy) new CustomResource(...this.child(`${name}-policy`, policy, transform?.policy));
    }
    this.registerOutputs({ url: this.url });
  }
}
