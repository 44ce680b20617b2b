import { namesOf, referenceIn, refersTo } from "../../core/aws-reference.ts";
import type { Field } from "../../core/field.ts";
import { Lookup } from "../../core/lookup.ts";
import { anyOf } from "../../core/sound.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";

/** How a kind of store lets data expire by itself. */
interface Expiry {
  expires(object: StackObject, stack: Stack): boolean;
  /** Where it would stand, and the line that sets it. */
  readonly path: string;
  readonly fix: string;
}

const BUCKET: Expiry = {
  expires: (bucket, stack) =>
    someKnown(
      [
        () =>
          someKnown(
            bucket.root.at("lifecycleRules").items(),
            (rule) => rule.at("enabled").boolean() === true && ends(rule),
          ),
        () => anyOf(stack.derived(lifecycles).of(...namesOf(bucket)), (lifecycle) => isOf(lifecycle, bucket)),
      ],
      (holds) => holds(),
    ),
  path: "lifecycleRules",
  fix: 'add an aws.s3.BucketLifecycleConfiguration: rules: [{ id: old, status: "Enabled", expiration: { days: 365 } }]',
};

/** Kinds of store that let data expire by themselves, by type or `group/kind`. */
const BY_ITSELF: Readonly<Record<string, Expiry>> = {
  "aws:s3/bucket:Bucket": BUCKET,
  "aws:s3/bucketV2:BucketV2": BUCKET,
  "aws:dynamodb/table:Table": {
    expires: ({ root }) => root.at("ttl", "enabled").boolean() === true && !root.at("ttl", "attributeName").absent,
    path: "ttl",
    fix: "ttl: { enabled: true, attributeName: expiresAt }",
  },
  "kafka.strimzi.io/KafkaTopic": {
    expires: ({ root }) => topicExpires(root.at("spec", "config")),
    path: "spec.config",
    fix: 'spec.config: { "retention.ms": 604800000, "cleanup.policy": "delete" }',
  },
};

/** Kinds that keep nothing longer than weeks, whatever is set. */
const SHORT = new Set(["aws:sqs/queue:Queue", "aws:mq/broker:Broker", "rabbitmq.com/RabbitmqCluster"]);
/** Kinds whose data expires, or not, by the topics and streams in them. */
const BY_PARTS = new Set([
  "kafka.strimzi.io/Kafka",
  "aws:msk/cluster:Cluster",
  "aws:msk/serverlessCluster:ServerlessCluster",
  "aws:kinesis/stream:Stream",
]);

/** How a store lets data expire by itself; undefined if it cannot. */
export function expiryOf(object: StackObject): Expiry | undefined {
  return BY_ITSELF[kindOf(object)];
}

/** Whether a store need not say how long it keeps data. */
export function isShort(object: StackObject): boolean {
  return SHORT.has(kindOf(object)) || BY_PARTS.has(kindOf(object));
}

function kindOf(object: StackObject): string {
  return object.kind === undefined ? object.resource.type : `${object.group}/${object.kind}`;
}

const lifecycles = (stack: Stack) =>
  new Lookup(
    stack.objects.filter(({ resource }) => /^aws:s3\/bucketLifecycleConfiguration(?:V2)?:/.test(resource.type)),
    ({ root }) => [referenceIn(root.at("bucket")) ?? ""],
  );

function isOf(lifecycle: StackObject, bucket: StackObject): boolean {
  const isOn = (rule: Field) => rule.at("status").text() === "Enabled" && ends(rule);
  return someKnown(lifecycle.root.at("rules").items(), isOn) && refersTo(lifecycle.root.at("bucket"), bucket);
}

function ends(rule: Field): boolean {
  const expiration = rule.at("expiration");
  return (expiration.at("days").number() ?? 0) > 0 || !expiration.at("date").absent;
}

/** Compaction keeps the last value of every key for ever; -1 keeps everything. */
function topicExpires(config: Field): boolean {
  const policy = config.at("cleanup.policy").scalar() ?? "delete";
  const kept = Number(config.at("retention.ms").scalar() ?? Number.NaN);
  return policy.split(",").some((word) => word.trim() === "delete") && kept >= 0;
}
