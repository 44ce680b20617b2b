import type { Field } from "../../core/field.ts";
import { defineRule, type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";
import { isCiliumPolicy, openEntities } from "./cilium-policy.ts";

export const DIRECTIONS = { ingress: "from", egress: "to" } as const;
/** A network of half of all addresses, or more, leaves nobody out. */
const EVERYTHING = /\/[01]$/;
export const HALF_OF_PORTS = 32_767;

export const networkPolicyNotOpen = defineRule({
  id: "network-policy-not-open",
  section: "security",
  title: "No NetworkPolicy opens a direction for everybody on every port",
  severity: "medium",
  why: "policies add up: one that allows everything undoes all that deny, for each pod that it selects",
  fix: "name the peers or the ports: { from: [{ podSelector: { matchLabels: { app: orders } } }], ports: [{ port: 8080 }] }",
  frameworks: ["NSA:C-0030"],
  scope: "resource",
  optOut: "networkPolicy",
  exemptable: true,
  params: {
    directions: {
      type: "array",
      items: { type: "string", enum: ["ingress", "egress"] },
      default: ["ingress", "egress"],
      description: "Which directions may not be open.",
    },
  },
  subjects: (object) => isNetworkPolicy(object) || isCiliumPolicy(object),
  *check(policy, { directions }) {
    if (isCiliumPolicy(policy)) {
      yield* eachKnown(directions, (direction) => eachKnown(openEntities(policy, direction, ["all"]), toldOf));
      return;
    }
    yield* eachKnown(directions, (direction) =>
      eachKnown(policy.root.at("spec", direction).items(), (rule) => judged(rule, direction)),
    );
  },
});

function isNetworkPolicy({ group, kind }: StackObject): boolean {
  return kind === "NetworkPolicy" && (group === "networking.k8s.io" || group === "extensions");
}

function* toldOf(entities: Field): Generator<Violation> {
  yield violation(entities, "peers or ports by name", { given: "the entity all, on every port" });
}

function* judged(rule: Field, direction: "ingress" | "egress"): Generator<Violation> {
  const peers = rule.at(DIRECTIONS[direction]);
  const parts = [
    () => opensPorts(rule.at("ports").items()),
    () =>
      peers.items().length === 0 ||
      someKnown([() => someKnown(peers.items(), isEverybody), () => shareOf(peers.items()) >= 0.5], (holds) => holds()),
  ];
  if (!everyKnown(parts, (part) => part())) return;
  yield {
    path: rule.path,
    given: `${direction} ${DIRECTIONS[direction]} everywhere, on every port`,
    wanted: "peers or ports by name",
    fix: `${rule.at("ports").path}: [{ protocol: TCP, port: <number> }]`,
  };
}

/** No ports are all; so is a protocol without a port, and half of all ports, or more. */
function opensPorts(ports: readonly Field[]): boolean {
  const isOpen = (one: Field) => {
    const { value } = one.at("port");
    if (value === undefined || value === null) return true;
    return typeof value === "number" && (one.at("endPort").number() ?? value) - value >= HALF_OF_PORTS;
  };
  return ports.length === 0 || someKnown(ports, isOpen);
}

/** The share of all IPv4 addresses that the peers are together; those with exceptions are judged by themselves. */
function shareOf(peers: readonly Field[]): number {
  const blocks = peers.map((peer) => peer.at("ipBlock")).filter((block) => block.at("except").items().length === 0);
  const networks = new Set(blocks.map((block) => block.at("cidr").text() ?? ""));
  const lengths = Array.from(networks, (network) => /^[\d.]+\/(\d+)$/.exec(network)?.[1]);
  return lengths.reduce((sum, length) => sum + (length === undefined ? 0 : 2 ** -Number(length)), 0);
}

/** All pods of all namespaces, or all addresses. All but a few, such as the clouds' metadata, are not everybody. */
function isEverybody(peer: Field): boolean {
  const block = peer.at("ipBlock");
  if (!block.absent) return EVERYTHING.test(block.at("cidr").text() ?? "") && block.at("except").items().length === 0;
  const all = (selector: Field) =>
    selector.at("matchLabels").entries().length + selector.at("matchExpressions").items().length === 0;
  const namespaces = peer.at("namespaceSelector");
  return !namespaces.absent && all(namespaces) && all(peer.at("podSelector"));
}
