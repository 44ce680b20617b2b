import { defineRule } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import { isTaken, serversFor, takesIn } from "./prometheuses.ts";

export const monitoringConfigSelected = defineRule({
  id: "monitoring-config-selected",
  section: "observability",
  title: "A rule, monitor or route of the Prometheus operator is taken by a server of the stack",
  severity: "high",
  why: "the operator passes over what no server selects without a word: the alert is declared, and never fires",
  fix: "give it the labels that the server's selector asks for, e.g. metadata.labels: { release: kube-prometheus-stack }",
  frameworks: ["SOC2:CC7.2"],
  scope: "stack",
  optOut: "monitoring",
  exemptable: true,
  params: {},
  subjects: (object, stack) => isTaken(object) && (stack === undefined || serversFor(object, stack).length > 0),
  *check(object, _, stack) {
    const servers = serversFor(object, stack);
    if (servers.length === 0 || anyOf(servers, (server) => takesIn(server, object, stack))) return;
    const [first] = servers;
    const wanted =
      first?.selector
        .at("matchLabels")
        .entries()
        .map(([key, value]) => `${key}: ${value.text()}`) ?? [];
    yield {
      path: "metadata.labels",
      given: "selected by no server of the stack",
      wanted: "labels, and a namespace, that one of them selects",
      ...(wanted.length > 0 && { fix: `metadata.labels: { ${wanted.join(", ")} }` }),
      related: servers.map(({ object: server }) => server.label),
    };
  },
});
