import type { Field } from "./field.ts";
import type { StackObject } from "./stack-object.ts";
import { everyKnown, someKnown } from "./unknown.ts";

/** What lets the world in: Ingresses, and the Gateway API's gateways and routes. */
export const GATEWAY_API = "gateway.networking.k8s.io";

const ROUTES = new Set(["HTTPRoute", "GRPCRoute", "TLSRoute", "TCPRoute", "UDPRoute"]);

export function isIngress({ group, kind }: StackObject): boolean {
  return kind === "Ingress" && (group === "networking.k8s.io" || group === "extensions");
}

export function isGateway({ group, kind }: StackObject): boolean {
  return group === GATEWAY_API && kind === "Gateway";
}

export function isRoute({ group, kind }: StackObject): boolean {
  return group === GATEWAY_API && ROUTES.has(kind ?? "");
}

/** Whether a route's rule answers by itself, and sends no request on: it only redirects. */
export function isRedirect(rule: Field): boolean {
  return someKnown(rule.at("filters").items(), (filter) => !filter.at("requestRedirect").absent);
}

/** Whether a route only redirects. */
export function onlyRedirects(route: StackObject): boolean {
  const rules = route.root.at("spec", "rules").items();
  return rules.length > 0 && everyKnown(rules, isRedirect);
}

/** The gateways that a route attaches to, as `namespace/name`. */
export function gatewaysOf(route: StackObject): string[] {
  return route.root
    .at("spec", "parentRefs")
    .items()
    .filter((parent) => (parent.at("kind").text() ?? "Gateway") === "Gateway")
    .map((parent) => `${parent.at("namespace").text() ?? route.namespace}/${parent.at("name").text() ?? ""}`);
}

/** Whether a route is for calls inside a mesh: it attaches to Services, and to no gateway. */
export function isMeshRoute(route: StackObject): boolean {
  const parents = route.root.at("spec", "parentRefs").items();
  return parents.length > 0 && everyKnown(parents, (parent) => parent.at("kind").text() === "Service");
}
