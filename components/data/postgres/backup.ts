import { labels } from "../../core/labels.ts";
import { isOptOut, optOutAnnotations } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import { askedFor } from "../backup-shape.ts";
import { type DeclaredArgs, dataLabels } from "../declared.ts";
import { type BucketAccess, bucketKey } from "../object-store/bucket-access.ts";
import type { CompleteArgs } from "./args.ts";
import { type CompleteBackup, completeBackup, type RestoreArgs } from "./backup-args.ts";
import { type BackupPlan, backupPlan } from "./backup-plan.ts";
import type { ObjectStoreManifest, Plugin, ScheduledBackupManifest } from "./cnpg.ts";

const PLUGIN = "barman-cloud.cloudnative-pg.io";
/** What the server that is restored from is called within its successor. */
const ORIGIN = "origin";
/** Files of the log that are shipped or fetched at once when there are many: each costs a process. */
const PARALLEL = 4;
/** Of the plugin's part beside each instance. Seen: 190Mi in a base backup, which is sent in parts of some megabytes. */
const SIDECAR: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "1", memory: "512Mi" } };

/** What a server's backups are and follow from; undefined if it has none. */
export function backupOf(name: string, args: CompleteArgs): { backup: CompleteBackup; plan: BackupPlan } | undefined {
  if (args.backup === undefined || isOptOut(args.backup)) return undefined;
  const backup = completeBackup(name, args.backup);
  return { backup, plan: backupPlan({ ...args, rates: backup.rates }) };
}

/** Name of the ObjectStore that a server's backups go to. */
export function backupName(name: string): string {
  return `${name}-backup`;
}

/** Name of the ObjectStore that a server is restored from. */
export function originName(name: string): string {
  return `${name}-origin`;
}

/** Where backups lie. Data and log are compressed by snappy, fast both ways and with a checksum over each block. */
export function objectStorePlan(
  objectStore: string,
  { name, namespace, declared }: { name: string; namespace: string; declared: DeclaredArgs },
  { bucketName, grant, authority }: BucketAccess,
  { encryption, keep }: Pick<CompleteBackup, "encryption"> & Partial<Pick<CompleteBackup, "keep">>,
): ObjectStoreManifest {
  const { ENDPOINT, REGION } = grant.environment;
  const compressed = { compression: "snappy", ...askedFor(encryption) } as const;
  return {
    apiVersion: "barmancloud.cnpg.io/v1",
    kind: "ObjectStore",
    metadata: {
      name: objectStore,
      namespace,
      labels: { ...labels(name), ...dataLabels(declared) },
      ...(encryption === "bucket" && { annotations: { "plumbline.dev/encrypted-by": "bucket" } }),
    },
    spec: {
      configuration: {
        destinationPath: `s3://${bucketName}/`,
        ...(ENDPOINT !== undefined && { endpointURL: ENDPOINT }),
        ...(authority !== undefined && { endpointCA: { name: authority, key: "ca.crt" } }),
        s3Credentials: {
          accessKeyId: bucketKey(grant, "ACCESS_KEY_ID"),
          secretAccessKey: bucketKey(grant, "SECRET_ACCESS_KEY"),
        },
        data: compressed,
        wal: { ...compressed, maxParallel: PARALLEL },
      },
      ...(keep !== undefined && { retentionPolicy: keep }),
      instanceSidecarConfiguration: {
        env: REGION === undefined ? [] : [{ name: "AWS_DEFAULT_REGION", value: REGION }],
        resources: SIDECAR,
      },
    },
  };
}

/** Base backups, by a standby if there is one; the first as soon as the server stands. */
export function scheduledBackupPlan(
  name: string,
  namespace: string,
  declared: DeclaredArgs,
  { drill }: Pick<CompleteBackup, "drill">,
  { schedule }: Pick<BackupPlan, "schedule">,
): ScheduledBackupManifest {
  return {
    apiVersion: "postgresql.cnpg.io/v1",
    kind: "ScheduledBackup",
    metadata: {
      name: backupName(name),
      namespace,
      labels: { ...labels(name), ...dataLabels(declared) },
      annotations: optOutAnnotations({ restoreDrill: drill }),
    },
    spec: {
      schedule,
      immediate: true,
      backupOwnerReference: "self",
      cluster: { name },
      method: "plugin",
      pluginConfiguration: { name: PLUGIN },
    },
  };
}

/** What backups, and a restore, add to the Cluster. */
export function clusterParts(
  name: string,
  backup: CompleteBackup | undefined,
  restore: RestoreArgs | undefined,
  plan: BackupPlan | undefined,
) {
  const plugin = (barmanObjectName: string, serverName: string): Plugin => ({
    name: PLUGIN,
    parameters: { barmanObjectName, serverName },
  });
  return {
    parameters: plan === undefined ? {} : { archive_timeout: `${plan.archiveTimeout}s` },
    ...(backup && { plugins: [{ ...plugin(backupName(name), backup.serverName), isWALArchiver: true as const }] }),
    ...(restore && {
      externalClusters: [{ name: ORIGIN, plugin: plugin(originName(name), restore.serverName) }],
      recovery: {
        source: ORIGIN,
        ...(restore.until !== undefined && { recoveryTarget: { targetTime: targetTime(restore.until) } }),
      },
    }),
  };
}

/**
 * The moment as PostgreSQL writes it itself, with its zone as a number. CloudNativePG leaves that as it is; of `…Z` it makes a text that
 * PostgreSQL refuses when it starts (17.12), for it does not know zones by letters yet.
 */
function targetTime(until: string): string {
  return until.replace("T", " ").replace(/Z$/, "+00:00");
}
