import { gapIn } from "./backup-schedule.ts";
import type { Field } from "./field.ts";
import type { Saver } from "./saver.ts";
import type { StackObject } from "./stack-object.ts";

const PGBACKREST = ["full", "differential", "incremental"].map((type) => [
  ...["spec", "backups", "pgbackrest", "repos[]", "schedules"],
  type,
]);

/** Where operators keep the schedule of a store's backups in the store itself: `[]` stands for each item of a list. */
const OWN: Readonly<Record<string, readonly (readonly string[])[]>> = {
  "pxc.percona.com/PerconaXtraDBCluster": [["spec", "backup", "schedule[]", "schedule"]],
  "ps.percona.com/PerconaServerMySQL": [["spec", "backup", "schedule[]", "schedule"]],
  "psmdb.percona.com/PerconaServerMongoDB": [["spec", "backup", "tasks[]", "schedule"]],
  "mysql.oracle.com/InnoDBCluster": [["spec", "backupSchedules[]", "schedule"]],
  "postgres-operator.crunchydata.com/PostgresCluster": PGBACKREST,
  "pgv2.percona.com/PerconaPGCluster": PGBACKREST,
};

/** When Zalando's operator dumps a database unless it is told otherwise. */
const ZALANDO_DEFAULT = "30 00 * * *";

/** The backups that a store of an operator makes of itself. */
export function ownSavers(store: StackObject): Saver[] {
  if (store.group === "acid.zalan.do") {
    const spec = store.root.at("spec");
    const saves = () => spec.at("enableLogicalBackup").boolean() === true;
    return [{ by: store, saves, gap: () => gapIn(spec.at("logicalBackupSchedule"), "cron", ZALANDO_DEFAULT) }];
  }
  const paths = OWN[`${store.group}/${store.kind}`] ?? [];
  return paths.map((path) => ({
    by: store,
    saves: () => fieldsAt(store.root, path).length > 0,
    gap: () => Math.min(...fieldsAt(store.root, path).map((field) => gapIn(field, "cron"))),
  }));
}

function fieldsAt(root: Field, path: readonly string[]): Field[] {
  const step = (fields: Field[], key: string) =>
    fields.flatMap((field) => (key.endsWith("[]") ? field.at(key.slice(0, -2)).items() : [field.at(key)]));
  return path.reduce(step, [root]).filter((field) => !field.absent);
}
