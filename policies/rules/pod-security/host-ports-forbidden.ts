import { containersOf, shapesPods } from "../../core/pods.ts";
import { defineRule, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";

export const hostPortsForbidden = defineRule({
  id: "host-ports-forbidden",
  section: "security",
  title: "No container takes a port of its node",
  severity: "high",
  why: "the port is open to all that reach the node, past Services and most policies, and a node has room for one such pod only",
  fix: "take hostPort out of the port, and reach the pod by a Service",
  frameworks: ["PSS:baseline", "NSA:C-0044"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: shapesPods,
  *check(object) {
    yield* eachKnown(containersOf(object), function* ({ field }) {
      yield* eachKnown(field.at("ports").items(), function* (port) {
        const hostPort = port.at("hostPort");
        if ((hostPort.number() ?? 0) === 0) return;
        yield violation(hostPort, "not set", { fix: `take ${hostPort.path} out, and reach the pod by a Service` });
      });
    });
  },
});
