import { GATEWAY_API, gatewaysOf, isGateway, isIngress, isMeshRoute, isRoute } from "../../core/entry.ts";
import { type Field, MalformedValue } from "../../core/field.ts";
import { isPublicHost } from "../../core/hosts.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, someKnown } from "../../core/unknown.ts";

/** Routes that know hosts. */
const NAMED = new Set(["HTTPRoute", "GRPCRoute", "TLSRoute"]);

/** Of a name in the DNS without the dot at its end, in characters (RFC 1035). */
const LONGEST_HOST = 253;

/** A gateway as routes name it. */
export const gatewayName = (gateway: StackObject) => `${gateway.namespace}/${gateway.name}`;

export function namesHosts(object: StackObject): boolean {
  return isIngress(object) || isGateway(object) || (isRoute(object) && NAMED.has(object.kind ?? ""));
}

/**
 * The public hosts that an Ingress, a Gateway or a route names, each once, with the field that names it. What a Gateway of the
 * stack names itself is told there, and not again for each of its routes. Throws MalformedValue for what is too long for a host.
 */
export function* publicHosts(object: StackObject, stack: Stack): Generator<{ field: Field; host: string }> {
  const seen = new Set(isRoute(object) ? gatewaysOf(object).flatMap((gateway) => listenedBy(gateway, stack)) : []);
  if (isRoute(object) && isMeshRoute(object)) return;
  yield* eachKnown(hostFields(object), function* (field) {
    const host = (field.text() ?? "").toLowerCase();
    if (host.replace(/\.$/, "").length > LONGEST_HOST)
      throw new MalformedValue(
        field.path,
        `a text of ${host.length} characters`,
        `a host of at most ${LONGEST_HOST} characters`,
      );
    if (seen.has(host) || !isPublicHost(host)) return;
    seen.add(host);
    yield { field, host };
  });
}

/** Whether the world may reach what an Ingress or a route leads to: it names a public host, or none at all. */
export function isReachable(object: StackObject): boolean {
  if (isRoute(object) && isMeshRoute(object)) return false;
  const hosts = hostFields(object);
  return (
    hosts.length === 0 ||
    someKnown(hosts, (host) => host.absent || host.text() === "" || isPublicHost(host.text() ?? ""))
  );
}

function listenedBy(gateway: string, stack: Stack): string[] {
  const found = stack.find(GATEWAY_API, "Gateway", gatewayName, gateway);
  return found ? hostFields(found).map((field) => (field.text() ?? "").toLowerCase()) : [];
}

function hostFields(object: StackObject): Field[] {
  const spec = object.root.at("spec");
  if (isRoute(object)) return spec.at("hostnames").items();
  if (isGateway(object))
    return spec
      .at("listeners")
      .items()
      .map((listener) => listener.at("hostname"));
  return spec
    .at("rules")
    .items()
    .map((rule) => rule.at("host"));
}

/** The object and the gateways that it attaches to, as `namespace/name`: who says something for one says it for the other. */
export function gatewayNames(object: StackObject): string[] {
  if (isGateway(object)) return [gatewayName(object)];
  return isRoute(object) ? gatewaysOf(object) : [];
}
