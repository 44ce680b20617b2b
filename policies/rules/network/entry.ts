import type { Field } from "../../core/field.ts";
import type { StackObject } from "../../core/stack-object.ts";

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

/** The paths of an Ingress, each with its host as it is written. */
export function* pathsOf(ingress: StackObject): Generator<{ host: Field; path: Field }> {
  for (const rule of ingress.root.at("spec", "rules").items())
    for (const path of rule.at("http", "paths").items()) yield { host: rule.at("host"), path };
}
