import { Field } from "../../core/field.ts";
import { NAMESPACE_NAME } from "../../core/plain-selector.ts";
import { selects } from "../../core/selector.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { everyKnown } from "../../core/unknown.ts";

/** What the operator's Prometheus or Alertmanager takes, by kind: the selector in its spec, and which of the two it is. */
const TAKEN: Readonly<Record<string, { selector: string; by: "prometheus" | "alertmanager" }>> = {
  PrometheusRule: { selector: "rule", by: "prometheus" },
  ServiceMonitor: { selector: "serviceMonitor", by: "prometheus" },
  PodMonitor: { selector: "podMonitor", by: "prometheus" },
  Probe: { selector: "probe", by: "prometheus" },
  ScrapeConfig: { selector: "scrapeConfig", by: "prometheus" },
  AlertmanagerConfig: { selector: "alertmanagerConfig", by: "alertmanager" },
};
const GROUP = "monitoring.coreos.com";
const SERVERS: Readonly<Record<string, readonly string[]>> = {
  prometheus: ["Prometheus", "PrometheusAgent"],
  alertmanager: ["Alertmanager"],
};

/** A server of the operator, and whether it takes a kind of object. */
export interface Server {
  readonly object: StackObject;
  /** Where it stands, which decides what it takes when it names no namespaces. */
  readonly namespace: () => string;
  /** What it says of the labels, and of the labels of namespaces. */
  readonly selector: Field;
  readonly namespaces: Field;
}

/** Whether an object is one that a server takes by a selector. */
export function isTaken({ group, kind }: StackObject): boolean {
  return group === GROUP && Object.hasOwn(TAKEN, kind ?? "");
}

/** The servers of the stack that may take an object. An agent takes no rules. */
export function serversFor(object: StackObject, stack: Stack): Server[] {
  const { selector, by } = TAKEN[object.kind ?? ""] ?? { selector: "", by: "prometheus" as const };
  return stack.derived(serversIn).flatMap((server) => {
    if (server.group === "helm.sh") return isStackChart(server) ? ofChart(server, selector, by) : [];
    const isAgent = server.kind === "PrometheusAgent";
    if (!SERVERS[by]?.includes(server.kind ?? "") || (isAgent && selector === "rule")) return [];
    const spec = server.root.at("spec");
    return [
      {
        object: server,
        namespace: () => server.namespace,
        selector: spec.at(`${selector}Selector`),
        namespaces: spec.at(`${selector}NamespaceSelector`),
      },
    ];
  });
}

/** Whether a server takes an object: by its labels, in the namespaces that it looks at. */
export function takesIn(server: Server, object: StackObject, stack: Stack): boolean {
  const isHere = () => {
    if (server.namespaces.absent) return server.namespace() === object.namespace;
    return selects(server.namespaces, namespaceLabels(object.namespace, stack));
  };
  const isSelected = () => selects(server.selector, object.root.at("metadata", "labels"));
  return everyKnown([isHere, isSelected], (holds) => holds());
}

const nameOf = (object: StackObject) => object.name;

/** Kubernetes puts the namespace's name on it as a label. */
function namespaceLabels(name: string, stack: Stack): Field {
  const namespace = stack.find("", "Namespace", nameOf, name);
  const labels = Object.fromEntries(
    (namespace?.root.at("metadata", "labels").entries() ?? []).map(([key, value]) => [key, value.text()]),
  );
  return new Field({ ...labels, [NAMESPACE_NAME]: name });
}

const serversIn = (stack: Stack) =>
  stack.objects.filter(
    ({ group, kind }) =>
      group === "helm.sh" || (group === GROUP && Object.values(SERVERS).some((kinds) => kinds.includes(kind ?? ""))),
  );

/** A misshapen chart runs nothing. */
function isStackChart({ root }: StackObject): boolean {
  return anyOf([root], (chart) => /(?:^|\/)kube-prometheus-stack$/.test(chart.at("chart").text() ?? ""));
}

/** The chart takes only what carries its release's name, unless its values say otherwise. */
function ofChart(chart: StackObject, selector: string, by: "prometheus" | "alertmanager"): Server[] {
  const values = chart.root.at("values", by);
  if (values.at("enabled").boolean() === false) return [];
  const spec = values.at(`${by}Spec`);
  const own = spec.at(`${selector}Selector`);
  const isOwn = !own.absent && own.entries().length > 0;
  const isOpen = by === "alertmanager" || spec.at(`${selector}SelectorNilUsesHelmValues`).boolean() === false;
  const release = chart.root.at("name").text() ?? chart.resource.name;
  const byDefault = new Field(isOpen ? {} : { matchLabels: { release } });
  const namespaces = spec.at(`${selector}NamespaceSelector`);
  return [
    {
      object: chart,
      namespace: () => chart.root.at("namespace").text() ?? chart.resource.defaultNamespace ?? "default",
      selector: isOwn ? own : byDefault,
      namespaces: namespaces.absent ? new Field({}) : namespaces,
    },
  ];
}
