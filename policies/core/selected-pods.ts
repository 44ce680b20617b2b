import { type Field, MalformedValue } from "./field.ts";
import { KeyIndex } from "./key-index.ts";
import { plainSelector } from "./plain-selector.ts";
import { makesPods, podOf } from "./pods.ts";
import { selects } from "./selector.ts";
import { demandOf, pair } from "./selector-demand.ts";
import { anyOf } from "./sound.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { eachKnown, everyKnown, someKnown, UnknownValue } from "./unknown.ts";

/** Objects that make pods: by their namespace, by their name in it, and by each label of their pods and its key. */
const PODS = new KeyIndex(makesPods, function* (object) {
  yield object.namespace;
  yield `${object.namespace}/${object.name}`;
  yield* eachKnown(podOf(object).labels.entries(), function* ([key, value]) {
    yield `${object.namespace} ${key}`;
    yield pairKey(object.namespace, key, value.text() ?? "");
  });
});

/** Pods that an operator makes for an object of the stack: the label that names the object, and the object's kind. */
const OPERATED: Readonly<Record<string, { group: string; kind: string; anywhere?: true }>> = {
  // An implementation may run its proxies in a namespace of its own.
  "gateway.networking.k8s.io/gateway-name": { group: "gateway.networking.k8s.io", kind: "Gateway", anywhere: true },
  "gateway.envoyproxy.io/owning-gateway-name": { group: "gateway.networking.k8s.io", kind: "Gateway", anywhere: true },
  "cnpg.io/cluster": { group: "postgresql.cnpg.io", kind: "Cluster" },
  "cnpg.io/poolerName": { group: "postgresql.cnpg.io", kind: "Pooler" },
  "postgres-operator.crunchydata.com/cluster": {
    group: "postgres-operator.crunchydata.com",
    kind: "PostgresCluster",
  },
  "app.kubernetes.io/name": { group: "rabbitmq.com", kind: "RabbitmqCluster" },
  "strimzi.io/cluster": { group: "kafka.strimzi.io", kind: "Kafka" },
  "operator.prometheus.io/name": { group: "monitoring.coreos.com", kind: "Prometheus" },
  alertmanager: { group: "monitoring.coreos.com", kind: "Alertmanager" },
  "elasticsearch.k8s.elastic.co/cluster-name": { group: "elasticsearch.k8s.elastic.co", kind: "Elasticsearch" },
};

/** The labels by which policies know the pods that an operator makes for an object; undefined where it makes none that are known. */
export function operatedLabels(object: StackObject): Record<string, string> | undefined {
  const keys = Object.entries(OPERATED).flatMap(([key, { group, kind }]) =>
    object.group === group && object.kind === kind ? [key] : [],
  );
  if (keys.length === 0) return undefined;
  const own = Object.fromEntries(keys.map((key) => [key, object.name]));
  // CloudNativePG's poolers bear their cluster's label besides.
  const cluster = object.kind === "Pooler" ? object.root.at("spec", "cluster", "name").text() : undefined;
  return cluster === undefined ? own : { ...own, "cnpg.io/cluster": cluster };
}

const nameOf = (object: StackObject) => object.name;
const namespacedOf = (object: StackObject) => `${object.namespace}/${object.name}`;

/** Whether a label selector (`matchLabels`, `matchExpressions`) selects a pod of the stack in a namespace. Equal selectors are tried once. */
export function selectsAny(stack: Stack, namespace: string, selector: Field): boolean {
  const [written] = known(() => plainSelector(selector)?.written);
  if (written === undefined) return selectsOne(stack, namespace, selector);
  const answers = stack.derived(noAnswers);
  const key = `${namespace} ${written}`;
  const answer = answers.get(key) ?? selectsOne(stack, namespace, selector);
  answers.set(key, answer);
  return answer;
}

const noAnswers = () => new Map<string, boolean>();

function selectsOne(stack: Stack, namespace: string, selector: Field): boolean {
  const wanted = selector.at("matchLabels").entries();
  const expressed = selector
    .at("matchExpressions")
    .items()
    .flatMap((expression) => known(() => demandOf(expression)))
    .filter((demand) => demand !== undefined)
    .map((keys) => keys.map((key) => `${namespace} ${key}`));
  return isAny(stack, namespace, wanted, expressed, (labels) => selects(selector, labels));
}

/** Whether a pod of the stack in a namespace has all of these labels, as a Service's selector asks for them. */
export function labelsAny(stack: Stack, namespace: string, wanted: Field): boolean {
  const entries = wanted.entries();
  return isAny(stack, namespace, entries, [], (labels) =>
    everyKnown(entries, ([key, value]) => labels.at(key).text() === value.text()),
  );
}

/**
 * The labels that select the pods of the workload that is called as an object is, as `{ app: orders }`, for a message: whoever names a Service after a
 * workload means its pods. Undefined where there is none, or something of it is not known.
 */
export function labelsOfNamesake(stack: Stack, object: StackObject): string | undefined {
  const [key = ""] = known(() => `${object.namespace}/${object.name}`);
  const [workload] = PODS.count(stack, key) > 0 ? PODS.candidates(stack, key) : [];
  if (workload === undefined) return undefined;
  const own = known(() => podOf(workload).labels);
  // A selector that misses the workload's own pods finds nobody's.
  const selectors = own.flatMap((labels) =>
    known(() => workload.root.at("spec", "selector")).filter((one) => known(() => selects(one, labels)).includes(true)),
  );
  const labels = [...selectors.map((selector) => selector.at("matchLabels")), ...own];
  const [spoken] = labels.flatMap((field) => known(() => spokenLabels(field))).filter((one) => one.length > 0);
  return spoken && `{ ${spoken.join(", ")} }`;
}

function spokenLabels(labels: Field): string[] {
  return labels.entries().map(([key, value]) => `${key}: ${JSON.stringify(value.text() ?? "")}`);
}

function isAny(
  stack: Stack,
  namespace: string,
  wanted: readonly [string, Field][],
  expressed: readonly string[][],
  fits: (labels: Field) => boolean,
): boolean {
  const labelled = wanted.flatMap(([key, value]) => known(() => [pairKey(namespace, key, value.text() ?? "")]));
  const count = (keys: readonly string[]) => keys.reduce((sum, key) => sum + PODS.count(stack, key), 0);
  const rarest = [...labelled, ...expressed].reduce(
    (best, keys) => (count(keys) < count(best) ? keys : best),
    [namespace],
  );
  const candidates = rarest.flatMap((key) => [...PODS.candidates(stack, key)]);
  const own = () => anyOf(candidates, (object) => object.namespace === namespace && fits(podOf(object).labels));
  return someKnown([own, () => operated(stack, namespace, wanted)], (is) => is());
}

/** A value that is not known yet narrows nothing down. */
function known<T>(read: () => T): T[] {
  try {
    return [read()];
  } catch (error) {
    if (error instanceof UnknownValue || error instanceof MalformedValue) return [];
    throw error;
  }
}

function operated(stack: Stack, namespace: string, wanted: readonly [string, Field][]): boolean {
  return wanted.some(([key, value]) => {
    const maker = Object.hasOwn(OPERATED, key) ? OPERATED[key] : undefined;
    if (maker === undefined) return false;
    const { group, kind, anywhere } = maker;
    const name = value.text() ?? "";
    const found = anywhere
      ? stack.find(group, kind, nameOf, name)
      : stack.find(group, kind, namespacedOf, `${namespace}/${name}`);
    return found !== undefined;
  });
}

function pairKey(namespace: string, key: string, value: string): string {
  return `${namespace} ${pair(key, value)}`;
}
