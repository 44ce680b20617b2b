import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import type { Duration } from "../core/duration.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import type { Usable } from "../core/usage.ts";
import type { Gateway } from "./gateway.ts";
import type { HttpRouteManifest } from "./gateway-api.ts";
import { routePlan, routeProblems } from "./route-plan.ts";

/** A service that a route leads to, such as a Microservice. */
export interface RouteTarget extends Usable {
  readonly name: string;
  readonly namespace: Namespace;
  readonly port: number;
}

export interface RouteArgs {
  readonly gateway: Gateway;
  readonly to: RouteTarget;
  /** What the request's path begins with; `/<service>` by default. */
  readonly path?: string;
  /** How long a request may take in all, up to `99s`; 15 s by default. */
  readonly timeout?: Duration;
  readonly transform?: { readonly route?: Transform<HttpRouteManifest> };
}

/** A way from the gateway to one service. The gateway's pods become consumers of it, so they and no others come in. */
export class Route extends Component {
  readonly url: string;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    const { gateway, to, path = `/${to.name}`, timeout = "15s", transform } = args;
    refuse(`Route "${name}"`, routeProblems(name, path, timeout));
    super("edge:Route", name, opts, [to.namespace, gateway]);
    this.url = `${gateway.url}${path}`;
    const { peers, dependsOn } = to.grant({
      name: gateway.name,
      namespace: gateway.namespace,
      podLabels: gateway.podLabels,
      maxReplicas: 1,
      opts: this.childOptions(),
    });
    gateway.routesTo(peers);
    const plan = routePlan({ name, namespace: to.namespace.name, gateway, path, service: to, timeout });
    new CustomResource(...this.child(name, plan, transform?.route, { dependsOn: [...dependsOn] }));
    this.registerOutputs({ url: this.url });
  }
}
