import { namesOf, referenceIn, refersTo } from "./aws-reference.ts";
import { isSelected, selectionKeys, storeKeys, tagOf } from "./aws-selection.ts";
import { gapIn } from "./backup-schedule.ts";
import { type Field, MalformedValue } from "./field.ts";
import { Lookup } from "./lookup.ts";
import type { Saver } from "./saver.ts";
import { DAY } from "./span.ts";
import type { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { everyKnown, UnknownValue } from "./unknown.ts";

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

/** Of these AWS Backup keeps the log too, if a rule says so. */
const CONTINUOUS = new Set(["aws:rds/instance:Instance", "aws:rds/cluster:Cluster", "aws:s3/bucket:Bucket"]);

/** Everything on AWS that may save a store's data. */
export function awsSavers(store: StackObject, stack: Stack): Saver[] {
  const { pairs, policies, lifecycles } = stack.derived(partsOf);
  return [
    ...automatic(store),
    ...pairs(store).map(({ plan, selection, isPair }) => ({
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
  const byName = new Lookup(plans, (plan) => [...(plan.resource.urn ? [plan.resource.urn] : []), ...namesOf(plan)]);
  return {
    pairs: pairsByStore(ofType("aws:backup/selection:Selection").flatMap((one) => pairsOf(one, plans, byName))),
    policies: ofType("aws:efs/backupPolicy:BackupPolicy"),
    lifecycles: ofType("aws:dlm/lifecyclePolicy:LifecyclePolicy"),
  };
}

/** A selection with a plan that it may belong to. */
interface Pair {
  readonly plan: StackObject;
  readonly selection: StackObject;
  isPair(): boolean;
}

/** The pairs that may take a store: all of them where it is not known, or misshapen, what it is called. */
function pairsByStore(pairs: readonly Pair[]): (store: StackObject) => readonly Pair[] {
  const byKey = new Lookup(pairs, ({ selection }) => selectionKeys(selection));
  return (store) => {
    try {
      return byKey.of(...storeKeys(store));
    } catch (error) {
      if (error instanceof UnknownValue || error instanceof MalformedValue) return pairs;
      throw error;
    }
  };
}

/** A selection with the plans that it may belong to. Where a stack has one plan it is that one. */
function pairsOf(selection: StackObject, plans: readonly StackObject[], byName: Lookup<StackObject>): Pair[] {
  const [only] = plans.length === 1 ? plans : madeOf(selection, byName);
  if (only) return [{ plan: only, selection, isPair: () => true }];
  return plansFor(selection, plans, byName).map((plan) => ({
    plan,
    selection,
    isPair: () => refersTo(selection.root.at("planId"), plan),
  }));
}

/** The plan whose outputs the plan's id is made of: Pulumi knows it where it does not know the id. */
function madeOf(selection: StackObject, byName: Lookup<StackObject>): StackObject[] {
  const urns = selection.resource.references?.planId ?? [];
  return urns.length === 1 ? byName.of(...urns).filter(({ resource }) => resource.urn === urns[0]) : [];
}

/** Before an up a plan's id is seldom known, so that it may be any. */
function plansFor(selection: StackObject, plans: readonly StackObject[], byName: Lookup<StackObject>) {
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
