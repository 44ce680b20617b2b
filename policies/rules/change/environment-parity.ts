import { referenceOf } from "../../core/declared.ts";
import { fits } from "../../core/glob.ts";
import { Lookup } from "../../core/lookup.ts";
import { containersOf, makesPods } from "../../core/pods.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** What decides how a stack behaves, besides what runs in it, by `group/kind`. */
const COMPARED = new Set([
  "networking.k8s.io/NetworkPolicy",
  "policy/PodDisruptionBudget",
  "autoscaling/HorizontalPodAutoscaler",
  "gateway.networking.k8s.io/Gateway",
  "gateway.networking.k8s.io/HTTPRoute",
  "networking.k8s.io/Ingress",
  "monitoring.coreos.com/PrometheusRule",
  "monitoring.coreos.com/AlertmanagerConfig",
  "monitoring.coreos.com/ServiceMonitor",
  "monitoring.coreos.com/PodMonitor",
  "postgresql.cnpg.io/Cluster",
  "postgresql.cnpg.io/Pooler",
  "postgresql.cnpg.io/ScheduledBackup",
  "velero.io/Schedule",
  "kafka.strimzi.io/Kafka",
  "kafka.strimzi.io/KafkaTopic",
  "rabbitmq.com/RabbitmqCluster",
]);
/** Resources of AWS that are compared: stores, and what saves them. */
const AWS =
  /^aws:(?:rds|dynamodb|elasticache|memorydb|docdb|neptune|redshift|opensearch|efs|msk|mq|sqs|s3|backup)\/\w+:(?:Instance|Cluster|Table|ReplicationGroup|Domain|FileSystem|Broker|Queue|Bucket|BucketV2|Plan|Selection)$/;

export const environmentParity = defineRule({
  id: "environment-parity",
  section: "releases",
  title: "Two environments hold the same workloads, stores, policies and rules; only sizes differ",
  severity: "medium",
  why: "what was tried in an environment that is made otherwise was not tried",
  fix: "declare it in both environments, or say in the setting mayDiffer that it is meant",
  needs:
    "a second stack to compare with: plumbline check staging/ --compare-with production/, or the option peer of evaluate; an up or a preview of Pulumi has none, and nothing is judged there",
  frameworks: ["ISO-27001-2022:A.8.31"],
  scope: "stack",
  optOut: "parity",
  exemptable: true,
  params: {
    mayDiffer: {
      type: "array",
      items: { type: "string" },
      default: [],
      description: 'Objects that only one of them needs, as in "Deployment shop/debug-*": * stands for any characters.',
    },
  },
  subjects: (object, stack) => stack?.peer !== undefined && isCompared(object),
  *check(object, { mayDiffer }, stack) {
    const { peer } = stack;
    if (peer === undefined) return;
    const isMeant = (label: string) => mayDiffer.some((pattern) => fits(pattern, label));
    const others = peer.derived(byReference).of(referenceOf(object));
    const same = (other: StackObject) => isSameKind(object, other) && referenceOf(other) === referenceOf(object);
    if (!isMeant(object.label)) {
      if (!anyOf(others, same)) yield onlyHere();
      else yield* otherContainers(object, others.filter(same));
    }
    if (object !== stack.derived(firstCompared)) return;
    yield* onlyThere(stack, peer, isMeant);
  },
});

function isCompared(object: StackObject): boolean {
  if (object.kind === undefined) return AWS.test(object.resource.type);
  return (
    (makesPods(object) && !["Pod", "Job", "PodTemplate"].includes(object.kind)) ||
    COMPARED.has(`${object.group}/${object.kind}`)
  );
}

function isSameKind(one: StackObject, other: StackObject): boolean {
  return one.group === other.group && (one.kind !== undefined || one.resource.type === other.resource.type);
}

function onlyHere(): Violation {
  return { path: "", given: "in this environment only", wanted: "an object of this kind and name in the other too" };
}

/** Sidecars change how a workload behaves; tags, counts and sizes do not. */
function* otherContainers(object: StackObject, others: readonly StackObject[]): Generator<Violation> {
  if (!makesPods(object)) return;
  const namesIn = (one: StackObject) =>
    containersOf(one)
      .map(({ name }) => name)
      .sort()
      .join(", ");
  const own = namesIn(object);
  for (const other of others) {
    if (namesIn(other) === own) continue;
    const wanted = `the containers that it has in the other environment: ${namesIn(other)}`;
    yield { path: "", given: `made of the containers ${own || "(none)"}`, wanted };
  }
}

/** What is missing here has no object of its own: the first of those that are compared speaks for it. */
function* onlyThere(stack: Stack, peer: Stack, isMeant: (label: string) => boolean): Generator<Violation> {
  const here = stack.derived(byReference);
  for (const other of peer.objects) {
    if (!isCompared(other) || isMeant(other.label)) continue;
    const reference = referenceOf(other);
    if (anyOf(here.of(reference), (one) => isSameKind(one, other) && referenceOf(one) === reference)) continue;
    yield {
      path: "",
      given: `without ${other.label} beside it, which the other environment has`,
      wanted: "the same objects in both",
      fix: `declare ${other.label} here too`,
      related: [other.label],
    };
  }
}

const byReference = (stack: Stack) => new Lookup(stack.objects.filter(isCompared), (object) => [referenceOf(object)]);

/** The first by its label, so that the order of the stack does not matter. */
function firstCompared(stack: Stack): StackObject | undefined {
  const compared = stack.objects.filter(isCompared);
  return compared.reduce<StackObject | undefined>(
    (first, one) => (first === undefined || one.label < first.label ? one : first),
    undefined,
  );
}
