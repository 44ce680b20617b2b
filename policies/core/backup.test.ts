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
