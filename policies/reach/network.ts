import { Field } from "../core/field.ts";
import { NAMESPACE_NAME, type PlainLabels, plainLabels } from "../core/plain-selector.ts";
import { containersOf, makesPods, podOf } from "../core/pods.ts";
import { operatedLabels } from "../core/selected-pods.ts";
import type { Stack } from "../core/stack.ts";
import type { StackObject } from "../core/stack-object.ts";
import { type End, type Namespaces, type Peer, type Pods, type Policy, podsLike, readPolicy } from "./policy.ts";
import { ALL_PORTS, merged, type Ports, shared } from "./ports.ts";

/** The way from some pods to others that the policies of both let through. */
export interface Edge {
  readonly from: Pods;
  readonly to: Pods;
  readonly ports: readonly Ports[];
}

/** A way to or from what is not among the stack's pods, as a policy names it. */
export interface Door {
  readonly of: Pods;
  readonly direction: "ingress" | "egress";
  readonly peer: string;
  readonly ports: readonly Ports[];
}

/**
 * Who can reach whom by the NetworkPolicies of a stack, as Kubernetes specifies them. A connection needs both: the egress of who sends and the ingress of
 * who is called. A direction is open until a policy selects the pods for it; then it is closed but for the sum of what all of them open. Not known here:
 * policies of other kinds, pods with the network of their node, which no policy holds, and a node's own way to its pods.
 */
export class Network {
  readonly pods: readonly Pods[];
  readonly #policies: readonly Policy[];

  constructor(stack: Stack) {
    const namespaces = namespacesOf(stack);
    this.pods = stack.objects.flatMap(podsOf);
    this.#policies = stack.objects
      .filter(({ group, kind }) => group === "networking.k8s.io" && kind === "NetworkPolicy")
      .map((object) => readPolicy(object, namespaces));
  }

  /** The ports of `to` that `from` can reach; none if the way is closed. */
  open(from: End, to: End): Ports[] {
    return merged(shared(this.#allowed(from, "egress", to, to), this.#allowed(to, "ingress", from, to)));
  }

  /** Every way between the stack's pods that is open. */
  edges(): Edge[] {
    return this.pods.flatMap((from) =>
      this.pods.flatMap((to) => {
        const ports = this.open(from, to);
        return ports.length > 0 ? [{ from, to, ports }] : [];
      }),
    );
  }

  /** What policies open for others than the stack's pods. */
  doors(): Door[] {
    const isElsewhere = (peer: Peer) => peer.spoken === "anybody" || !this.pods.some((pods) => peer.includes(pods));
    return this.pods.flatMap((of) =>
      (["ingress", "egress"] as const).flatMap((direction) => {
        const openings = this.#openings(of, direction);
        if (openings === undefined)
          return [{ of, direction, peer: "anybody, as no policy holds it", ports: ALL_PORTS }];
        const found = openings.flatMap(({ peers, ports }) =>
          peers.filter(isElsewhere).map((peer) => ({
            peer: peer.spoken,
            // Who is called elsewhere gives its ports names that nobody here knows.
            ports: ports(direction === "ingress" ? of : { address: "" }),
          })),
        );
        return [...Map.groupBy(found, ({ peer }) => peer)].map(([peer, some]) => ({
          of,
          direction,
          peer,
          ports: merged(some.flatMap(({ ports }) => ports)),
        }));
      }),
    );
  }

  #openings(pods: Pods, direction: "ingress" | "egress") {
    const holding = this.#policies.filter((policy) => policy[direction] !== undefined && policy.selects(pods));
    return holding.length === 0 ? undefined : holding.flatMap((policy) => policy[direction] ?? []);
  }

  #allowed(subject: End, direction: "ingress" | "egress", other: End, called: End): readonly Ports[] {
    const openings = "labels" in subject ? this.#openings(subject, direction) : undefined;
    if (openings === undefined) return ALL_PORTS;
    return openings
      .filter(({ peers }) => peers.some((peer) => peer.includes(other)))
      .flatMap(({ ports }) => ports(called));
  }
}

/** The pods that an object makes, or that its operator makes for it. */
function podsOf(object: StackObject): Pods[] {
  const name = `${object.kind} ${object.name}`;
  if (makesPods(object)) {
    const { labels, spec } = podOf(object);
    if (spec.at("hostNetwork").boolean() === true) return [];
    const ports = containersOf(object).flatMap(({ field }) => field.at("ports").items());
    return [podsLike(name, object.namespace, labels, ports)];
  }
  const labels = operatedLabels(object);
  return labels === undefined ? [] : [podsLike(name, object.namespace, new Field(labels))];
}

/** Every namespace bears its name as a label, whoever made it. */
function namespacesOf(stack: Stack): Namespaces {
  const made = stack.objects.filter(({ group, kind }) => group === "" && kind === "Namespace");
  const labels = new Map<string, PlainLabels>(
    made.map((object) => [object.name, plainLabels(object.root.at("metadata", "labels"))]),
  );
  return (name) => new Map([...(labels.get(name) ?? []), [NAMESPACE_NAME, name]]);
}
