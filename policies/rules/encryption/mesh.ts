import type { Field } from "../../core/field.ts";
import { type Violation, violation } from "../../core/rule.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { eachKnown } from "../../core/unknown.ts";

/** What each kind says about TLS between services. */
const KINDS: Readonly<Record<string, { group: string; check: (object: StackObject) => Iterable<Violation> }>> = {
  PeerAuthentication: { group: "security.istio.io", check: peerAuthentication },
  DestinationRule: { group: "networking.istio.io", check: destinationRule },
  Kafka: { group: "kafka.strimzi.io", check: kafka },
};

/** Whether an object says how pods of a cluster speak with one another. */
export function isMesh({ group, kind }: StackObject): boolean {
  return kind !== undefined && Object.hasOwn(KINDS, kind) && KINDS[kind]?.group === group;
}

export function meshViolations(object: StackObject): Iterable<Violation> {
  return KINDS[object.kind ?? ""]?.check(object) ?? [];
}

/** Istio: UNSET takes over what the mesh says, and so does a policy without a mode. Ports may differ from the rest. */
function* peerAuthentication(object: StackObject): Generator<Violation> {
  const spec = object.root.at("spec");
  const modes = [
    spec.at("mtls", "mode"),
    ...spec
      .at("portLevelMtls")
      .entries()
      .map(([, port]) => port.at("mode")),
  ];
  yield* eachKnown(modes, function* (mode) {
    if (["PERMISSIVE", "DISABLE"].includes(mode.text() ?? ""))
      yield violation(mode, '"STRICT"', { fix: `${mode.path}: STRICT` });
  });
}

/** Istio: a caller that is told not to use TLS, for a host, a port of it or a subset. */
function* destinationRule(object: StackObject): Generator<Violation> {
  const spec = object.root.at("spec");
  const policies = [spec, ...spec.at("subsets").items()].flatMap((holder) => {
    const policy = holder.at("trafficPolicy");
    return [policy, ...policy.at("portLevelSettings").items()];
  });
  yield* eachKnown(policies, function* (policy) {
    const mode = policy.at("tls", "mode");
    if (mode.text() === "DISABLE") yield violation(mode, '"ISTIO_MUTUAL"', { fix: `${mode.path}: ISTIO_MUTUAL` });
  });
}

/** Strimzi: each listener by itself. Its first versions named the listeners in a map instead of a list. */
function* kafka(object: StackObject): Generator<Violation> {
  const listeners = object.root.at("spec", "kafka", "listeners");
  if (!Array.isArray(listeners.value)) return;
  yield* eachKnown(listeners.items(), function* (listener: Field) {
    const tls = listener.at("tls");
    if (tls.boolean() !== true) yield violation(tls, "true", { fix: `${tls.path}: true` });
  });
}
