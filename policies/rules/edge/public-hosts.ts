import { gatewaysOf, isGateway, isIngress, isRoute } from "../../core/entry.ts";
import type { Field } from "../../core/field.ts";
import { isPublicHost } from "../../core/hosts.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** Routes that know hosts. */
const NAMED = new Set(["HTTPRoute", "GRPCRoute", "TLSRoute"]);

export function namesHosts(object: StackObject): boolean {
  return isIngress(object) || isGateway(object) || (isRoute(object) && NAMED.has(object.kind ?? ""));
}

/** The public hosts that an Ingress, a Gateway or a route names, each once, with the field that names it. */
export function* publicHosts(object: StackObject): Generator<{ field: Field; host: string }> {
  const seen = new Set<string>();
  yield* eachKnown(hostFields(object), function* (field) {
    const host = (field.text() ?? "").toLowerCase();
    if (seen.has(host) || !isPublicHost(host)) return;
    seen.add(host);
    yield { field, host };
  });
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
  if (isGateway(object)) return [`${object.namespace}/${object.name}`];
  return isRoute(object) ? gatewaysOf(object) : [];
}
