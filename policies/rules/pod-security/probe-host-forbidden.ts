import type { Field } from "../../core/field.ts";
import { containersOf, shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

const HANDLERS = [
  ["startupProbe"],
  ["readinessProbe"],
  ["livenessProbe"],
  ["lifecycle", "postStart"],
  ["lifecycle", "preStop"],
];

export const probeHostForbidden = defineRule({
  id: "probe-host-forbidden",
  section: "security",
  title: "Probes and lifecycle hooks call the pod itself, and no other host",
  severity: "low",
  why: "the kubelet makes the call: with a host, a pod has its node reach what network policies keep from the pod",
  fix: "take host out of httpGet or tcpSocket: the kubelet then calls the pod's own address",
  frameworks: ["PSS:baseline"],
  scope: "resource",
  exemptable: true,
  params: {
    allow: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: "Hosts that may be called, as they are written.",
    },
  },
  subjects: shapesPods,
  *check(object, { allow }) {
    const wanted = allow.length > 0 ? `not set, or one of ${allow.join(", ")}` : "not set";
    yield* eachKnown(containersOf(object), function* ({ field }) {
      yield* eachKnown(hosts(field), function* (host) {
        const name = host.text() ?? "";
        if (name === "" || allow.includes(name)) return;
        yield violation(host, wanted, { fix: `take ${host.path} out: the kubelet then calls the pod's own address` });
      });
    });
  },
});

function hosts(container: Field): Field[] {
  return HANDLERS.flatMap((handler) => [
    container.at(...handler, "httpGet", "host"),
    container.at(...handler, "tcpSocket", "host"),
  ]);
}
