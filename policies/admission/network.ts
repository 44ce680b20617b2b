import { egressToMetadataBlocked, METADATA, METADATA_PORT } from "../rules/network/egress-to-metadata-blocked.ts";
import { ingressHostExplicit, NAMED } from "../rules/network/ingress-host-explicit.ts";
import { DIRECTIONS, HALF_OF_PORTS, networkPolicyNotOpen } from "../rules/network/network-policy-not-open.ts";
import { INTERNAL, serviceTypeRestricted } from "../rules/network/service-type-restricted.ts";
import { every, literal, oneOf, some } from "./cel.ts";
import { held } from "./held.ts";
import { GATEWAYS, INGRESSES, NETWORK_POLICIES, ROUTES, SERVICES } from "./subjects.ts";

/** The share of all IPv4 addresses that a network is, by the length of its prefix; what is longer than these is next to nothing. */
const SHARES = Object.fromEntries(Array.from({ length: 25 }, (_, length) => [String(length), 2 ** -length]));
/** With a fraction each, since CEL keeps whole numbers apart. */
const SHARE_TABLE = literal(SHARES).replace(":1,", ":1.0,");

/** Whether the rule `r` of a NetworkPolicy opens a direction for everybody. */
function opensAll(direction: "ingress" | "egress"): string {
  const peers = `r.?${DIRECTIONS[direction]}.orValue([])`;
  const isEmpty = (selector: string) =>
    `${selector}.?matchLabels.orValue({}).size() + ${selector}.?matchExpressions.orValue([]).size() == 0`;
  const everybody = `has(p.ipBlock)
    ? p.ipBlock.cidr.matches("/[01]$") && p.ipBlock.?except.orValue([]).size() == 0
    : has(p.namespaceSelector) && ${isEmpty("p.namespaceSelector")} && ${isEmpty("p.?podSelector")}`;
  // Several networks may be everybody together.
  const networks = `${peers}.filter(p, has(p.ipBlock) && p.ipBlock.?except.orValue([]).size() == 0).map(p, p.ipBlock.cidr)`;
  const share = `[${networks}].all(all, all.filter(n, n.matches("^[0-9.]+/")).map(n, ${SHARE_TABLE}[?n.split("/")[1]].orValue(0.0)).sum() >= 0.5)`;
  const openPort = `!has(o.port) || (type(o.port) == int && o.?endPort.orValue(o.port) - o.port >= ${HALF_OF_PORTS})`;
  const ports = `r.?ports.orValue([]).size() == 0 || r.ports.exists(o, ${openPort})`;
  return every([ports, some([`${peers}.size() == 0`, `${peers}.exists(p, ${everybody})`, share])]);
}

/** Whether the rule `r` of a NetworkPolicy lets a pod reach a cloud's metadata service. */
function reachesMetadata(): string {
  const port = `o.?protocol.orValue("TCP") == "TCP" && (!has(o.port)
    || (type(o.port) == int && o.port <= ${METADATA_PORT} && ${METADATA_PORT} <= o.?endPort.orValue(o.port)))`;
  const holds = (cidr: string, address: string) => `cidr(${cidr}).containsIP(${literal(address)})`;
  const reached = METADATA.map(({ address }) =>
    every([holds("p.ipBlock.cidr", address), `!p.ipBlock.?except.orValue([]).exists(e, ${holds("e", address)})`]),
  );
  return every([
    `r.?ports.orValue([]).size() == 0 || r.ports.exists(o, ${port})`,
    `r.?to.orValue([]).size() == 0 || r.to.exists(p, has(p.ipBlock) && (${some(reached)}))`,
  ]);
}

/** Whether a host that is named is one in full. */
function isExplicit(host: string, forbidden: readonly string[]): string {
  return every([
    ...(forbidden.includes("empty") ? [`${host} != ""`] : []),
    ...(forbidden.includes("wildcard") ? [`!${host}.contains("*")`] : []),
  ]);
}

export const NETWORK_HELD = [
  held(serviceTypeRestricted, SERVICES, ({ types, externalIPs, allowIPs }) => {
    const internal = INTERNAL.map(
      ([key, is]) => `variables.annotations[?${literal(key)}].orValue("").matches(${literal(`(?i)${is.source}`)})`,
    );
    const balanced = every(['object.spec.type == "LoadBalancer"', some(internal)]);
    return every([
      some([`!(${oneOf('object.spec.?type.orValue("ClusterIP")', types)})`, balanced]),
      ...(externalIPs ? [`object.spec.?externalIPs.orValue([]).all(a, ${oneOf("a", allowIPs)})`] : []),
    ]);
  }),
  held(networkPolicyNotOpen, NETWORK_POLICIES, ({ directions }) =>
    every(directions.map((direction) => `!object.spec.?${direction}.orValue([]).exists(r, ${opensAll(direction)})`)),
  ),
  held(
    egressToMetadataBlocked,
    NETWORK_POLICIES,
    () => `!object.spec.?egress.orValue([]).exists(r, ${reachesMetadata()})`,
  ),
  held(ingressHostExplicit, INGRESSES, ({ fields }) =>
    every([
      `object.spec.?rules.orValue([]).all(r, ${isExplicit('r.?host.orValue("")', fields)})`,
      ...(fields.includes("empty")
        ? ["object.spec.?rules.orValue([]).size() > 0 || !has(object.spec.defaultBackend)"]
        : []),
    ]),
  ),
  held(ingressHostExplicit, GATEWAYS, ({ fields }) => {
    const named = isExplicit('l.?hostname.orValue("")', fields);
    return `object.spec.?listeners.orValue([]).all(l, !(${oneOf("l.protocol", [...NAMED])}) || (${named}))`;
  }),
  // A host that is left out here is named by the Gateway.
  held(ingressHostExplicit, ROUTES, ({ fields }) =>
    fields.includes("wildcard") ? 'object.spec.?hostnames.orValue([]).all(h, !h.contains("*"))' : undefined,
  ),
];
