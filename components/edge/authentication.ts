import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import type * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import {
  authenticationPlan,
  authenticationProblems,
  claimsOf,
  hygienePlan,
  type IdentifiedClients,
  type Identity,
  issuersReached,
  type SecurityPolicyManifest,
} from "./authentication-plan.ts";
import type { Gateway } from "./gateway.ts";

export interface AuthenticationArgs extends Identity {
  readonly gateway: Gateway;
  readonly transform?: {
    readonly policy?: Transform<SecurityPolicyManifest>;
    readonly headers?: Transform<IdentifiedClients>;
  };
}

/**
 * Asks everybody who comes to a gateway for a token (JWT), and tells services in headers who it is. Declared before the routes; a route that
 * is for everybody steps down with a reason: `authentication: optOut("the public catalogue")`.
 */
export class Authentication extends Component {
  constructor(name: string, args: AuthenticationArgs, opts?: pulumi.ComponentResourceOptions) {
    const { gateway, transform } = args;
    const problems = authenticationProblems(name, args);
    const { clients } = gateway;
    if (!clients)
      problems.push({
        field: "gateway",
        given: gateway.implementation,
        allowed: 'a Gateway with implementation: "envoy"',
      });
    // Of two, Envoy Gateway would carry out one.
    if (gateway.authentication)
      problems.push({ field: "gateway", given: gateway.name, allowed: "a Gateway that has no Authentication yet" });
    refuse(`Authentication "${name}"`, problems);
    super("edge:Authentication", name, opts, [gateway]);
    const place = { name, gateway };
    const headers =
      clients &&
      new CustomResource(...this.child(`${name}-headers`, hygienePlan(place, args, clients), transform?.headers));
    // Headers of old are gone before new ones are believed.
    const plan = authenticationPlan(place, args);
    const after = { dependsOn: headers ? [headers] : [] };
    const policy = new CustomResource(...this.child(name, plan, transform?.policy, after));
    gateway.authenticates(policy, claimsOf(args), issuersReached(args));
    this.registerOutputs({});
  }
}
