import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { eachKnown, everyKnown, someKnown } from "../../core/unknown.ts";

const DIRECTIONS = { ingress: "from", egress: "to" } as const;
/** A network of half of all addresses, or more, leaves nobody out. */
const EVERYTHING = /\/[01]$/;

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
  subjects: ({ group, kind }) => kind === "NetworkPolicy" && (group === "networking.k8s.io" || group === "extensions"),
  *check(policy, { directions }) {
    yield* eachKnown(directions, (direction) =>
      eachKnown(policy.root.at("spec", direction).items(), (rule) => judged(rule, direction)),
    );
  },
});

function* judged(rule: Field, direction: "ingress" | "egress"): Generator<Violation> {
  const peers = rule.at(DIRECTIONS[direction]);
  const parts = [
    () => rule.at("ports").items().length === 0,
    () => peers.items().length === 0 || someKnown(peers.items(), isEverybody),
  ];
  if (!everyKnown(parts, (part) => part())) return;
  yield {
    path: rule.path,
    given: `${direction} ${DIRECTIONS[direction]} everywhere, on every port`,
    wanted: "peers or ports by name",
    fix: `${rule.at("ports").path}: [{ protocol: TCP, port: <number> }]`,
  };
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
