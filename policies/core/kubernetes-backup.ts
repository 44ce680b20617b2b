import { gapOf } from "./backup-schedule.ts";
import type { Field } from "./field.ts";
import { podOf } from "./pods.ts";
import type { Saver } from "./saver.ts";
import { selects } from "./selector.ts";
import { takes } from "./set-claims.ts";
import { spanOf } from "./span.ts";
import type { StackObject } from "./stack-object.ts";
import { everyKnown, someKnown } from "./unknown.ts";

/** How often PostgreSQL under CloudNativePG ships its log even when little is written. */
const ARCHIVE_TIMEOUT = "5min";
const CLAIMS = ["persistentvolumeclaims", "persistentvolumeclaim", "pvc"];
const PODS = ["pods", "pod", "po"];

/** What a schedule of Velero saves: a store of the namespaces, kinds and labels that it takes, with its volumes. */
export function velero(store: StackObject): (by: StackObject) => Saver {
  return (by) => {
    const template = by.root.at("spec", "template");
    const included = (holder: Field, words: readonly string[]) =>
      holder.items().length === 0 || someKnown(holder.items(), (item) => words.includes(item.text() ?? ""));
    const excluded = (holder: Field, words: readonly string[]) =>
      someKnown(holder.items(), (item) => words.includes(item.text() ?? ""));
    const conditions = [
      () => included(template.at("includedNamespaces"), ["*", store.namespace]),
      () => !excluded(template.at("excludedNamespaces"), ["*", store.namespace]),
      () => included(template.at("includedResources"), ["*", ...CLAIMS, ...PODS]),
      () => included(template.at("includedNamespaceScopedResources"), ["*", ...CLAIMS, ...PODS]),
      () => !excluded(template.at("excludedResources"), ["*", ...CLAIMS]),
      () => !excluded(template.at("excludedNamespaceScopedResources"), ["*", ...CLAIMS]),
      () => isSelected(template, labelsOf(store)),
      () => store.root.at("metadata", "labels", "velero.io/exclude-from-backup").text() !== "true",
      () =>
        template.at("snapshotVolumes").boolean() !== false ||
        template.at("defaultVolumesToFsBackup").boolean() === true,
    ];
    return { by, saves: () => everyKnown(conditions, (holds) => holds()), gap: () => gapOf(by) };
  };
}

function isSelected(template: Field, labels: Field): boolean {
  const [one, several] = [template.at("labelSelector"), template.at("orLabelSelectors").items()];
  if (!one.absent) return selects(one, labels);
  return several.length === 0 || someKnown(several, (selector) => selects(selector, labels));
}

/** A set's volumes are found through its pods; other stores are found by their own labels. */
function labelsOf(store: StackObject): Field {
  return store.kind === "StatefulSet" ? podOf(store).labels : store.root.at("metadata", "labels");
}

/** What a schedule that sees only its namespace saves. */
export function inNamespace(store: StackObject): (by: StackObject) => Saver {
  return (by) => {
    const [spec, isHere] = [by.root.at("spec"), () => by.namespace === store.namespace];
    const saver = (saves: () => boolean, gap = () => gapOf(by)) => ({
      by,
      saves: () => everyKnown([isHere, saves], (holds) => holds()),
      gap,
    });
    switch (by.kind) {
      case "ScheduledBackup":
        return saver(
          () => isPostgres(store) && spec.at("cluster", "name").text() === store.name && hasDestination(store, spec),
          () =>
            Math.max(
              shipsLog(store) ? logGap(store) : gapOf(by),
              gapOf(by) === Number.POSITIVE_INFINITY ? gapOf(by) : 0,
            ),
        );
      case "SnapshotSchedule": {
        const selector = spec.at("claimSelector");
        const isEmpty = () =>
          selector.at("matchLabels").entries().length + selector.at("matchExpressions").items().length === 0;
        return saver(
          () => isVolume(store) && (selector.absent || isEmpty() || selects(selector, claimLabelsOf(store))),
        );
      }
      case "ReplicationSource":
        return saver(() => isVolume(store) && claimsOf(store, spec.at("sourcePVC").text() ?? ""));
      default:
        return saver(() => isVolume(store) && store.annotation("k8up.io/backup") !== "false");
    }
  };
}

function isPostgres({ group, kind }: StackObject): boolean {
  return group === "postgresql.cnpg.io" && kind === "Cluster";
}

function isVolume({ kind }: StackObject): boolean {
  return kind === "StatefulSet" || kind === "PersistentVolumeClaim";
}

/** A claim that a set makes carries the labels by which the set knows its pods. */
function claimLabelsOf(store: StackObject): Field {
  return store.kind === "StatefulSet"
    ? store.root.at("spec", "selector", "matchLabels")
    : store.root.at("metadata", "labels");
}

/** Whether a claim of this name is the store, or one of its own. */
function claimsOf(store: StackObject, claim: string): boolean {
  return store.kind === "PersistentVolumeClaim" ? claim === store.name : takes(store, claim);
}

/** A schedule alone saves nothing: the cluster says where its backups go. */
function hasDestination(cluster: StackObject, backup: Field): boolean {
  const method = backup.at("method").text() ?? "barmanObjectStore";
  if (method !== "plugin") return !cluster.root.at("spec", "backup", method).absent;
  const name = backup.at("pluginConfiguration", "name").text();
  return someKnown(
    pluginsOf(cluster),
    (plugin) => plugin.at("name").text() === name && plugin.at("enabled").boolean() !== false,
  );
}

/** Whether a PostgreSQL cluster ships its log all the time, so that a restore reaches nearly the present. */
function shipsLog(cluster: StackObject): boolean {
  if (!cluster.root.at("spec", "backup", "barmanObjectStore").absent) return true;
  return someKnown(
    pluginsOf(cluster),
    (plugin) => plugin.at("isWALArchiver").boolean() === true && plugin.at("enabled").boolean() !== false,
  );
}

function pluginsOf(cluster: StackObject): Field[] {
  return cluster.root.at("spec", "plugins").items();
}

/** PostgreSQL writes `5min` where we write `5m`, and plain numbers are seconds. */
function logGap(cluster: StackObject): number {
  const text = cluster.root.at("spec", "postgresql", "parameters", "archive_timeout").text() ?? ARCHIVE_TIMEOUT;
  const span = spanOf(/^\d+$/.test(text) ? `${text}s` : text.replace(/min$/, "m").replace(/\s/g, ""));
  return span || Number.POSITIVE_INFINITY;
}
