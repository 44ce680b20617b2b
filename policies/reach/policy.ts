import { BlockList, isIPv6 } from "node:net";
import type { Field } from "../core/field.ts";
import {
  fits,
  NAMESPACE_NAME,
  type PlainLabels,
  type PlainSelector,
  plainLabels,
  plainSelector,
} from "../core/plain-selector.ts";
import type { StackObject } from "../core/stack-object.ts";
import { allPortsOf, type Ports, PROTOCOLS, type Protocol } from "./ports.ts";

/** Pods that are alike, as those of one workload are. */
export interface Pods {
  readonly name: string;
  readonly namespace: string;
  readonly labels: PlainLabels;
  /** Its containers' ports that have a name. */
  readonly named: readonly { readonly name: string; readonly protocol: Protocol; readonly port: number }[];
}

/** Who sends or is sent to: pods, or an address outside of the cluster. Policies know no address of a pod that is worth naming. */
export type End = Pods | { readonly address: string };

/** The labels of a cluster's namespaces, by their names. */
export type Namespaces = (name: string) => PlainLabels;

/** What one rule of a policy opens. */
interface Opening {
  /** Who is at the other end, for people. */
  readonly peers: readonly Peer[];
  /** The ports of whoever is called. */
  ports(called: End): readonly Ports[];
}

export interface Peer {
  /** `pods app=orders of namespaces team=shop`, `10.0.0.0/8 but 10.9.0.0/16`, `anybody`. */
  readonly spoken: string;
  includes(end: End): boolean;
}

/** A NetworkPolicy of Kubernetes. A direction that it says nothing about is undefined; one that it closes has no openings. */
export interface Policy {
  readonly name: string;
  selects(pods: Pods): boolean;
  readonly ingress: readonly Opening[] | undefined;
  readonly egress: readonly Opening[] | undefined;
}

/** Reads a policy as the API server takes it, with its defaults. Throws UnknownValue for what is not known yet. */
export function readPolicy(object: StackObject, namespaces: Namespaces): Policy {
  const spec = object.root.at("spec");
  const { namespace, name } = object;
  const selector = plainSelector(spec.at("podSelector"));
  const types = policyTypes(spec);
  const rules = (direction: "ingress" | "egress", peers: "from" | "to") =>
    spec
      .at(direction)
      .items()
      .map((rule) => readRule(rule.at(peers), rule.at("ports"), namespace, namespaces));
  return {
    name: `${namespace}/${name}`,
    selects: (pods) => pods.namespace === namespace && (selector === undefined || fits(selector, pods.labels)),
    ingress: types.includes("Ingress") ? rules("ingress", "from") : undefined,
    egress: types.includes("Egress") ? rules("egress", "to") : undefined,
  };
}

/** Which directions a policy is about: by default what comes in, and what goes out if there are rules for it. */
export function policyTypes(spec: Field): string[] {
  const declared = spec
    .at("policyTypes")
    .items()
    .map((type) => type.text() ?? "");
  if (declared.length > 0) return declared;
  return spec.at("egress").items().length > 0 ? ["Ingress", "Egress"] : ["Ingress"];
}

const ANYBODY: Peer = { spoken: "anybody", includes: () => true };

function readRule(peers: Field, ports: Field, namespace: string, namespaces: Namespaces): Opening {
  const read = peers.items().map((peer) => readPeer(peer, namespace, namespaces));
  const on = ports.items().map(readPort);
  return {
    peers: read.length > 0 ? read : [ANYBODY],
    ports: (called) => (on.length > 0 ? on.flatMap((port) => port(called)) : PROTOCOLS.map(allPortsOf)),
  };
}

/** Selectors in one peer must both fit; without one of namespaces it is the policy's own. */
function readPeer(peer: Field, namespace: string, namespaces: Namespaces): Peer {
  const block = peer.at("ipBlock");
  if (!block.absent) return readBlock(block);
  const pods = plainSelector(peer.at("podSelector"));
  const among = plainSelector(peer.at("namespaceSelector"));
  const where = among === undefined ? `of ${namespace}` : `of ${spokenNamespaces(among)}`;
  return {
    spoken: `${pods === undefined ? "pods" : `pods ${spokenSelector(pods)}`} ${where}`.replace("pods any", "pods"),
    includes: (end) =>
      "labels" in end &&
      (among === undefined ? end.namespace === namespace : fits(among, namespaces(end.namespace))) &&
      (pods === undefined || fits(pods, end.labels)),
  };
}

/** Blocks are for what is outside of the cluster: pods have no address that lasts. */
function readBlock(block: Field): Peer {
  const cidr = block.at("cidr").text() ?? "";
  const except = block
    .at("except")
    .items()
    .map((one) => one.text() ?? "");
  const [inside, outside] = [blockList([cidr]), blockList(except)];
  return {
    spoken: except.length > 0 ? `${cidr} but ${except.join(", ")}` : cidr,
    includes: (end) => "address" in end && has(inside, end.address) && !has(outside, end.address),
  };
}

/** A port by its number, a range of them, or the name that containers give it: then whoever is called decides its number. */
function readPort(field: Field): (called: End) => readonly Ports[] {
  const protocol = (field.at("protocol").text() ?? "TCP") as Protocol;
  const { value } = field.at("port");
  if (value === undefined || value === null) return () => [allPortsOf(protocol)];
  if (typeof value === "number") {
    const range = { protocol, first: value, last: field.at("endPort").number() ?? value };
    return () => [range];
  }
  const wanted = field.at("port").text();
  return (called) =>
    "named" in called
      ? called.named
          .filter((one) => one.name === wanted && one.protocol === protocol)
          .map(({ port }) => ({ protocol, first: port, last: port }))
      : [];
}

function blockList(cidrs: readonly string[]): BlockList {
  const list = new BlockList();
  for (const cidr of cidrs) {
    const [address = "", length] = cidr.split("/");
    list.addSubnet(address, Number(length), isIPv6(address) ? "ipv6" : "ipv4");
  }
  return list;
}

function has(list: BlockList, address: string): boolean {
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}

function spokenNamespaces(selector: PlainSelector): string {
  const [[key, value] = []] = selector.labels;
  if (selector.labels.length === 1 && selector.expressions.length === 0 && key === NAMESPACE_NAME) return value ?? "";
  const spoken = spokenSelector(selector);
  return spoken === "any" ? "every namespace" : `namespaces ${spoken}`;
}

function spokenSelector({ labels, expressions }: PlainSelector): string {
  const demands = [
    ...labels.map(([key, value]) => `${key}=${value}`),
    ...expressions.map(({ key, operator, values }) => `${key} ${operator} ${[...values].join("|")}`.trim()),
  ];
  return demands.length > 0 ? demands.join(",") : "any";
}

/** The labels of a pod that is no object of a stack. */
export function podsLike(name: string, namespace: string, labels: Field, ports: readonly Field[] = []): Pods {
  const named = ports.flatMap((port) => {
    const called = port.at("name").text();
    const number = port.at("containerPort").number();
    if (called === undefined || number === undefined) return [];
    return [{ name: called, port: number, protocol: (port.at("protocol").text() ?? "TCP") as Protocol }];
  });
  return { name, namespace, labels: plainLabels(labels), named };
}
