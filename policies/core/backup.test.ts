import { expect, test } from "vitest";
import { heldBy, saversOf } from "./backup.ts";
import { gapOf, isBackup } from "./backup-schedule.ts";
import { fromManifest } from "./resource.ts";
import { DAY } from "./span.ts";
import { Stack } from "./stack.ts";
import type { StackObject } from "./stack-object.ts";
import { UNKNOWN, UnknownValue } from "./unknown.ts";

const HOUR = DAY / 24;
const manifest = (apiVersion: string, kind: string, name: unknown, spec: object, metadata: object = {}) =>
  fromManifest({ apiVersion, kind, metadata: { name, namespace: "shop", ...metadata }, spec });
const claim = (name: unknown) => manifest("v1", "PersistentVolumeClaim", name, {});
const velero = (spec: object) => manifest("velero.io/v1", "Schedule", "nightly", { schedule: "0 2 * * *", ...spec });
const first = (stack: Stack) => stack.objects[0] as StackObject;

/** Gaps of what saves the first object. */
function gaps(...resources: ReturnType<typeof fromManifest>[]): number[] {
  const stack = new Stack(resources.flat());
  return saversOf(first(stack), stack)
    .filter(({ saves }) => saves())
    .map(({ gap }) => gap());
}

test.each([
  ["PerconaXtraDBCluster", "pxc.percona.com/v1", { backup: { schedule: [{ schedule: "0 * * * *" }] } }, [HOUR]],
  ["PerconaServerMongoDB", "psmdb.percona.com/v1", { backup: { tasks: [{ schedule: "@daily" }] } }, [DAY]],
  ["InnoDBCluster", "mysql.oracle.com/v2", { backupSchedules: [{ schedule: "0 0 * * 0" }] }, [7 * DAY]],
  ["postgresql", "acid.zalan.do/v1", { enableLogicalBackup: true }, [DAY]],
  ["postgresql", "acid.zalan.do/v1", {}, []],
  [
    "PostgresCluster",
    "postgres-operator.crunchydata.com/v1beta1",
    { backups: { pgbackrest: { repos: [{ schedules: { full: "0 1 * * 0", incremental: "0 * * * *" } }] } } },
    [7 * DAY, HOUR],
  ],
])("%s saves itself as %s says", (kind, apiVersion, spec, expected) =>
  expect(gaps(manifest(apiVersion, kind, "a", spec))).toEqual(expected),
);

test("a schedule that is off, or cannot be read, never runs", () => {
  for (const spec of [{ paused: true }, { schedule: "soon" }, { schedule: null }])
    expect(gapOf(first(new Stack(velero(spec))))).toBe(Number.POSITIVE_INFINITY);
  expect(gapOf(first(new Stack(velero({}))))).toBe(DAY);
});

test("what saves by a schedule is known by its kind, or by what it declares", () => {
  const job = (annotations: object) => manifest("batch/v1", "CronJob", "dump", {}, { annotations });
  const is = (resources: ReturnType<typeof fromManifest>) => isBackup(first(new Stack(resources)));
  expect([is(velero({})), is(job({})), is(job({ "plumbline.dev/backs-up": "Cluster/a" }))]).toEqual([
    true,
    false,
    true,
  ]);
});

test("what a backup holds, and what it may hold", () => {
  const stack = new Stack([...velero({}), ...claim("a"), ...claim("b"), ...claim(UNKNOWN)]);
  const held = heldBy(first(stack), stack);
  expect(held.filter(({ store }) => store.resource.name !== "").map(({ saves }) => saves())).toEqual([true, true]);
  expect(() => held.map(({ saves }) => saves())).toThrow(UnknownValue);
});

const aws = (type: string, name: string, props: object, references?: Record<string, string[]>) => ({
  type,
  name,
  urn: urn(type, name),
  props: props as Record<string, unknown>,
  ...(references && { references }),
});
const urn = (type: string, name: string) => `urn:pulumi:live::shop::${type}::${name}`;
const TABLE = "aws:dynamodb/table:Table";
const PLAN = "aws:backup/plan:Plan";
const table = aws(TABLE, "orders", { name: "shop-orders", tags: { backup: "daily", team: "shop" } });
const plan = (name: string) => aws(PLAN, name, { name, rules: [{ ruleName: "all" }] });
const twoPlans = [plan("daily"), plan("other")];

/** As it stands in YAML. */
const outputOf = (name: string) => `\${${name}}`;

/** What may save the table, and what does, by a selection of the plan `daily`. */
function selected(props: object, references?: Record<string, string[]>): { may: number; does: boolean | string } {
  const planId = { planId: outputOf("daily.id") };
  const selection = aws("aws:backup/selection:Selection", "tables", { ...planId, ...props }, references);
  const stack = new Stack([table, ...twoPlans, selection]);
  const savers = saversOf(first(stack), stack).filter(({ by }) => by.resource.type === PLAN);
  try {
    return { may: savers.length, does: savers.some(({ saves }) => saves()) };
  } catch (error) {
    return { may: savers.length, does: (error as Error).name };
  }
}

test.each([
  { resources: [outputOf("orders.arn")] },
  { resources: ["shop-orders"] },
  { resources: ["arn:aws:dynamodb:*:*:table/shop-orders"] },
  { resources: ["arn:aws:dynamodb:eu-west-1:111122223333:table/shop-*"] },
  { resources: ["arn:aws:*:*:*:*"] },
  { resources: ["*"], conditions: [{ stringEquals: [{ key: "aws:ResourceTag/backup", value: "daily" }] }] },
  { resources: ["*"], conditions: [{ stringLikes: [{ key: "aws:ResourceTag/backup", value: "dai*" }] }] },
  { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "daily" }] },
])("a selection takes what it names: %j", (props) => {
  expect(selected(props)).toEqual({ may: 1, does: true });
});

test.each([
  { resources: [outputOf("customers.arn")] },
  { resources: ["arn:aws:dynamodb:*:*:table/shop"] },
  { resources: ["arn:aws:rds:*:*:db:shop-orders"] },
  { resources: ["*"], conditions: [{ stringEquals: [{ key: "aws:ResourceTag/backup", value: "weekly" }] }] },
  { selectionTags: [{ type: "STRINGEQUALS", key: "backup", value: "weekly" }] },
])("what it cannot take is not looked at: %j", (props) => {
  expect(selected(props)).toEqual({ may: 0, does: false });
});

test("what is not known yet may be any, unless it is known what it is made of", () => {
  const resources = [UNKNOWN];
  const everything = { resources: ["*"] };
  expect(selected({ resources })).toEqual({ may: 1, does: "UnknownValue" });
  expect(selected({ resources }, { resources: [urn(TABLE, "orders")] })).toEqual({ may: 1, does: "UnknownValue" });
  expect(selected({ resources }, { resources: [urn(TABLE, "customers")] })).toEqual({ may: 0, does: false });
  expect(selected({ ...everything, planId: UNKNOWN })).toEqual({ may: 2, does: "UnknownValue" });
  expect(selected({ ...everything, planId: UNKNOWN }, { planId: [urn(PLAN, "daily")] })).toEqual({
    may: 1,
    does: true,
  });
});
