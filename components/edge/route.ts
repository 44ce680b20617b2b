import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import type { Duration } from "../core/duration.ts";
import { refuse } from "../core/invalid.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import type { Resilience } from "../core/resilience.ts";
import type { Transform } from "../core/transform.ts";
import type { Usable } from "../core/usage.ts";
import { openPlan } from "./authentication-plan.ts";
import type { Gateway } from "./gateway.ts";
import type { HttpRouteManifest } from "./gateway-api.ts";
import type { RateLimit } from "./rate-limit.ts";
import type { RequestValidation } from "./request-validation.ts";
import type { ExtensionPolicyManifest } from "./request-validation-plan.ts";
import type { ResponseCache } from "./response-cache.ts";
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
  /** Keeps answers of the service; nothing is kept by default. Routes of one service may have the same. */
  readonly cache?: ResponseCache;
  /** What the request's path begins with; `/<service>` by default. */
  readonly path?: string;
  /** Which version of its API this is; none by default. */
  readonly version?: RouteVersion;
  /**
   * How long a request may take in all, up to `99s`; 15 s by default. This holds at every gateway; retries, breaker and maxInFlight where
   * Envoy Gateway runs it, and count for each of its pods. With retries, maxInFlight counts what may be repeated by itself.
   */
  readonly timeout?: Duration;
  /**
   * How often it may be called, where Envoy Gateway runs it; `{ perClient: "1200/1m" }` by default. Counted for all proxies together if the
   * gateway has `rateLimits`. With retries, what may be repeated is counted by itself: up to twice the limit in all.
   */
  readonly rateLimit?: RateLimit | OptOut;
  /** Steps down from the gateway's `Authentication`: everybody may call it. */
  readonly authentication?: OptOut;
  /** Judges its requests by the OpenAPI document that it has for the route's name, where Envoy Gateway runs it; nothing by default. */
  readonly validation?: RequestValidation;
  readonly transform?: {
    readonly route?: Transform<HttpRouteManifest>;
    readonly validation?: Transform<ExtensionPolicyManifest>;
    readonly policy?: Transform<TrafficPolicyManifest>;
  };
}

/** A way from the gateway to one service. The gateway's pods become consumers of it, so they and no others come in. */
export class Route extends Component {
  readonly url: string;

  constructor(name: string, args: RouteArgs, opts?: pulumi.ComponentResourceOptions) {
    const { gateway, to, path = `/${to.name}`, timeout = "15s", version, authentication, transform } = args;
    const given = { ...args, timeout };
    refuse(`Route "${name}"`, [
      ...routeProblems(name, path, given, gateway.claims, version),
      ...(args.validation?.problems(name, to.namespace.name) ?? []),
    ]);
    const asks = gateway.authentication ? [gateway.authentication] : [];
    super("edge:Route", name, opts, [to.namespace, gateway, ...asks]);
    this.url = `${gateway.url}${versionPath(path, version)}`;
    const target = args.cache?.before(to) ?? to;
    const proxies = {
      name: gateway.name,
      namespace: gateway.namespace,
      podLabels: gateway.podLabels,
      maxReplicas: 1,
      opts: this.childOptions(),
    };
    const { peers, dependsOn } = target.grant(proxies);
    gateway.routesTo(peers);
    const validation = gateway.implementation === "envoy" ? args.validation : undefined;
    const judged = validation?.serve(proxies);
    gateway.routesTo(judged?.peers ?? []);
    const plan = routesPlan(
      { name, namespace: to.namespace.name, gateway, path, version, service: target },
      given,
      gateway.implementation,
      gateway.countsTogether,
    );
    const isOpen = isOptOut(authentication) && gateway.implementation === "envoy";
    for (const { route, policy } of plan) {
      const { name } = route.metadata;
      const before = [...dependsOn];
      // It is judged from its first request on.
      if (validation && judged)
        before.push(
          new CustomResource(
            ...this.child(`${name}-validation`, validation.policy(name), transform?.validation, {
              dependsOn: [...judged.dependsOn],
            }),
          ),
        );
      new CustomResource(...this.child(name, route, transform?.route, { dependsOn: before }));
      if (isOpen) new CustomResource(...this.child(`${name}-open`, openPlan(name, to.namespace.name, authentication)));
      if (policy) new CustomResource(...this.child(`${name}-policy`, policy, transform?.policy));
    }
    this.registerOutputs({ url: this.url });
  }
}
