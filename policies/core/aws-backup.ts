import { namesOf, referenceIn, refersTo } from "./aws-reference.ts";
import { gapIn } from "./backup-schedule.ts";
import { type Field, MalformedValue } from "./field.ts";
import { fits } from "./glob.ts";
import { Lookup } from "./lookup.ts";
import type { Saver } from "./saver.ts";
import { DAY } from "./span.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { everyKnown, someKnown, UnknownValue } from "./unknown.ts";

const HOUR = DAY / 24;
/** A database whose log is kept can be restored to any time but the last five minutes. */
const LOG_GAP = DAY / 288;

/** What a store of AWS keeps by itself: the field that must be more than 0, what stands there by default, and the gap. */
const AUTOMATIC: Readonly<Record<string, { field: string; otherwise: number; gap: number }>> = {
  "aws:rds/instance:Instance": { field: "backupRetentionPeriod", otherwise: 0, gap: LOG_GAP },
  "aws:rds/cluster:Cluster": { field: "backupRetentionPeriod", otherwise: 1, gap: LOG_GAP },
  "aws:docdb/cluster:Cluster": { field: "backupRetentionPeriod", otherwise: 1, gap: LOG_GAP },
  "aws:neptune/cluster:Cluster": { field: "backupRetentionPeriod", otherwise: 1, gap: LOG_GAP },
  "aws:elasticache/cluster:Cluster": { field: "snapshotRetentionLimit", otherwise: 0, gap: DAY },
  "aws:elasticache/replicationGroup:ReplicationGroup": { field: "snapshotRetentionLimit", otherwise: 0, gap: DAY },
  "aws:memorydb/cluster:Cluster": { field: "snapshotRetentionLimit", otherwise: 0, gap: DAY },
  "aws:redshift/cluster:Cluster": { field: "automatedSnapshotRetentionPeriod", otherwise: 1, gap: 8 * HOUR },
};

/** What AWS Backup can save: the service and the kind in an ARN, and the fields that may hold the name at its end. */
const ARNS: Readonly<Record<string, { service: string; kind: string; names: readonly string[] }>> = {
  "aws:rds/instance:Instance": { service: "rds", kind: "db:", names: ["identifier"] },
  "aws:rds/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:docdb/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:neptune/cluster:Cluster": { service: "rds", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:redshift/cluster:Cluster": { service: "redshift", kind: "cluster:", names: ["clusterIdentifier"] },
  "aws:dynamodb/table:Table": { service: "dynamodb", kind: "table/", names: ["name"] },
  "aws:efs/fileSystem:FileSystem": { service: "elasticfilesystem", kind: "file-system/", names: ["id"] },
  "aws:ebs/volume:Volume": { service: "ec2", kind: "volume/", names: ["id"] },
  "aws:s3/bucket:Bucket": { service: "s3", kind: "", names: ["bucket"] },
  "aws:s3/bucketV2:BucketV2": { service: "s3", kind: "", names: ["bucket"] },
};
/** Of these AWS Backup keeps the log too, if a rule says so. */
const CONTINUOUS = new Set(["aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:s3/bucket:Bucket"]);

/** Everything on AWS that may save a store's data. */
export function awsSavers(store: StackObject, stack: Stack): Saver[] {
  const { pairs, policies, lifecycles } = stack.derived(partsOf);
  return [
    ...automatic(store),
    ...(ARNS[store.resource.type] ? pairs : []).map(({ plan, selection, isPair }) => ({
      by: plan,
      saves: () => everyKnown([isPair, () => isSelected(store, selection)], (holds) => holds()),
      gap: () => planGap(plan, store),
    })),
    ...(store.resource.type === "aws:efs/fileSystem:FileSystem" ? policies : []).map((policy) => ({
      by: policy,
      saves: () =>
        policy.root.at("backupPolicy", "status").text() === "ENABLED" &&
        refersTo(policy.root.at("fileSystemId"), store),
      gap: () => DAY,
    })),
    ...(store.resource.type === "aws:ebs/volume:Volume" ? lifecycles : []).map((lifecycle) => ({
      by: lifecycle,
      saves: () => isTargeted(store, lifecycle.root),
      gap: () => lifecycleGap(lifecycle.root),
    })),
  ];
}

function partsOf(stack: Stack) {
  const ofType = (type: string) => stack.objects.filter(({ resource }) => resource.type === type);
  const plans = ofType("aws:backup/plan:Plan");
  const byName = new Lookup(plans, namesOf);
  return {
    pairs: ofType("aws:backup/selection:Selection").flatMap((selection) => pairsOf(selection, plans, byName)),
    policies: ofType("aws:efs/backupPolicy:BackupPolicy"),
    lifecycles: ofType("aws:dlm/lifecyclePolicy:LifecyclePolicy"),
  };
}

/** A selection with the plans that it may belong to. Where a stack has one plan it is that one. */
function pairsOf(selection: StackObject, plans: readonly StackObject[], byName: Lookup<StackObject>) {
  return plansFor(selection, plans, byName).map((plan) => ({
    plan,
    selection,
    isPair: () => plans.length === 1 || refersTo(selection.root.at("planId"), plan),
  }));
}

/** Before an up a plan's id is seldom known, so that it may be any. */
function plansFor(selection: StackObject, plans: readonly StackObject[], byName: Lookup<StackObject>) {
  if (plans.length === 1) return plans;
  try {
    return byName.of(referenceIn(selection.root.at("planId")) ?? "");
  } catch (error) {
    if (error instanceof UnknownValue) return plans;
    if (error instanceof MalformedValue) return [];
    throw error;
  }
}

function automatic(store: StackObject): Saver[] {
  const { type } = store.resource;
  const own = AUTOMATIC[type];
  if (own !== undefined)
    return [{ by: store, saves: () => (store.root.at(own.field).number() ?? own.otherwise) > 0, gap: () => own.gap }];
  if (type === "aws:dynamodb/table:Table") {
    const saves = () => store.root.at("pointInTimeRecovery", "enabled").boolean() === true;
    return [{ by: store, saves, gap: () => LOG_GAP }];
  }
  // OpenSearch takes a snapshot every hour and keeps it for two weeks; that cannot be switched off.
  if (/^aws:(?:opensearch|elasticsearch)\/domain:/.test(type))
    return [{ by: store, saves: () => true, gap: () => HOUR }];
  return [];
}

/** A selection takes what it names or finds by a tag, without what its conditions and exceptions take out. */
function isSelected(store: StackObject, { root }: StackObject): boolean {
  const named = () => someKnown(root.at("resources").items(), (resource) => names(resource, store));
  const tagged = () =>
    someKnown(root.at("selectionTags").items(), (tag) => tagOf(store, tag.at("key").text()) === tag.at("value").text());
  const met = (list: string, meets: (has: string | undefined, wanted: string) => boolean) => () =>
    everyKnown(
      root
        .at("conditions")
        .items()
        .flatMap((condition) => condition.at(list).items()),
      (one) => meets(tagOf(store, one.at("key").text()?.replace("aws:ResourceTag/", "")), one.at("value").text() ?? ""),
    );
  return everyKnown(
    [
      () => someKnown([named, tagged], (holds) => holds()),
      met("stringEquals", (has, wanted) => has === wanted),
      met("stringNotEquals", (has, wanted) => has !== wanted),
      met("stringLikes", (has, wanted) => has !== undefined && fits(wanted, has)),
      () => !someKnown(root.at("notResources").items(), (resource) => names(resource, store)),
    ],
    (holds) => holds(),
  );
}

function tagOf(store: StackObject, key: string | undefined): string | undefined {
  return key === undefined ? undefined : store.root.at("tags", key).text();
}

/** Whether an ARN, or a pattern of one, means a store. Partition, region and account are taken as they are. */
function names(resource: Field, store: StackObject): boolean {
  const text = resource.text() ?? "";
  const shape = ARNS[store.resource.type];
  if (text === "*" || refersTo(resource, store)) return true;
  const [, service = "", rest = ""] = /^arn:[^:]*:([^:]*):[^:]*:[^:]*:(.+)$/s.exec(text) ?? [];
  if (shape === undefined || !fits(service, shape.service)) return false;
  const known = shape.names.map((name) => store.root.at(name).text() ?? "\0");
  return known.some((name) => fits(rest, `${shape.kind}${name}`));
}

/** A rule without a schedule runs every day. */
function planGap(plan: StackObject, store: StackObject): number {
  const gaps = plan.root
    .at("rules")
    .items()
    .map((rule) =>
      CONTINUOUS.has(store.resource.type) && rule.at("enableContinuousBackup").boolean()
        ? LOG_GAP
        : gapIn(rule.at("schedule"), "aws", "rate(1 day)"),
    );
  return Math.min(...gaps);
}

function isTargeted(store: StackObject, policy: Field): boolean {
  const target = policy.at("policyDetails", "targetTags").entries();
  const isOn = policy.at("state").text() !== "DISABLED";
  return isOn && target.length > 0 && everyKnown(target, ([key, value]) => tagOf(store, key) === value.text());
}

function lifecycleGap(policy: Field): number {
  const rules = policy.at("policyDetails", "schedules").items();
  const gaps = rules.map((one) => {
    const rule = one.at("createRule");
    if (!rule.at("cronExpression").absent) return gapIn(rule.at("cronExpression"), "aws");
    return (rule.at("interval").number() ?? Number.POSITIVE_INFINITY) * HOUR;
  });
  return Math.min(...gaps);
}
