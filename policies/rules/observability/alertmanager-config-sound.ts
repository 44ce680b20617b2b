import { defineRule, type Violation, violation } from "../../core/rule.ts";
import { eachKnown } from "../../core/unknown.ts";
import { isNamespaced, isRouting, type Routing, routesOf, routingsOf } from "./alertmanager.ts";

export const alertmanagerConfigSound = defineRule({
  id: "alertmanager-config-sound",
  section: "observability",
  title: "A configuration of Alertmanager can be read, and its routes name receivers that exist",
  severity: "high",
  why: "Alertmanager does not start on such a configuration, or keeps the old one: new alerts then reach nobody",
  fix: "receivers: [{ name: <the receiver of the route>, pagerduty_configs: [...] }]",
  frameworks: ["SOC2:CC7.2"],
  scope: "resource",
  exemptable: true,
  params: {},
  subjects: isRouting,
  *check(object) {
    yield* eachKnown(routingsOf(object), (routing) => wrongIn(routing));
  },
});

function* wrongIn({ object, route, receivers }: Routing): Generator<Violation> {
  const names = new Set(receivers.map((receiver) => receiver.at("name").text()));
  const allowed = `one of the receivers: ${[...names].join(", ") || "there are none"}`;
  if (route.at("receiver").absent && !isNamespaced(object)) yield violation(route.at("receiver"), allowed);
  yield* eachKnown(routesOf(route), function* (one) {
    const receiver = one.at("receiver");
    if (receiver.absent || names.has(receiver.text())) return;
    yield violation(receiver, allowed, { fix: `receivers: [{ name: ${receiver.text()}, ... }]` });
  });
}
