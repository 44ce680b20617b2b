import type { types } from "@pulumi/kubernetes";
import { seconds } from "../../core/duration.ts";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import { optOutAnnotations } from "../../core/opt-out.ts";
import { bytes } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import type { Destination } from "../../core/usage.ts";
import { certificateSecret } from "../../edge/certificate-plan.ts";
import { image } from "../../images/catalogue.ts";
import { DRILL_SCHEDULES, encryptionVariable } from "../backup-shape.ts";
import { dataLabels } from "../declared.ts";
import { environment } from "../environment.ts";
import { type BucketAccess, bucketEnvironment, bucketVolume } from "../object-store/bucket-access.ts";
import { taskPlan } from "../task-plan.ts";
import type { CompleteArgs } from "./args.ts";
import type { CompleteRedisBackup } from "./backup-args.ts";
import type { RedisBackupPlan } from "./backup-plan.ts";
import { PATHS } from "./backup-scripts.ts";
import { type BACKUP_USERS, memoryForData, PORT } from "./config.ts";
import { names, SERVER, servers } from "./plan.ts";

/** What takes snapshots, tries them, and restores one: parts of a Redis, and the labels of their pods. */
export const BACKUP_PARTS = ["backup", "restore-drill", "restore"] as const;
export type BackupPart = (typeof BACKUP_PARTS)[number];
/** Those that speak to the servers, and by which account. */
export const ACCOUNTS: Readonly<Partial<Record<BackupPart, keyof typeof BACKUP_USERS>>> = {
  backup: "_backup",
  restore: "_restore",
};

const HOUR = 3_600;
const GIBIBYTE = 2 ** 30;
const MOVER: Resources = { requests: { cpu: "100m", memory: "256Mi" }, limits: { cpu: "1", memory: "512Mi" } };

export interface BackupJobs {
  readonly redis: CompleteArgs;
  readonly backup: CompleteRedisBackup;
  readonly plan: RedisBackupPlan;
  /** To the bucket: to write for what takes snapshots, to read for the others. */
  readonly access: Readonly<Record<BackupPart, BucketAccess>>;
}

/** The pods reach the bucket, and the servers if they have an account there; nobody reaches them. */
export function backupNetworkPlan(
  name: string,
  namespace: string,
  part: BackupPart,
  bucket: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  const server = { namespace, podLabels: selector(name, SERVER), port: PORT };
  return {
    podSelector: { matchLabels: selector(name, part) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach([...(ACCOUNTS[part] ? [server] : []), ...bucket]),
  };
}

/** One of the three as a CronJob. What restores runs at no time by itself: somebody makes a Job of it. */
export function backupJobPlan(name: string, part: BackupPart, jobs: BackupJobs): types.input.batch.v1.CronJob {
  const { redis: args, backup, plan } = jobs;
  const namespace = args.namespace.name;
  const store = `StatefulSet/${namespace}/${names(name).server}`;
  const { annotations, ...timing } = {
    backup: {
      annotations: { "plumbline.dev/backs-up": store, ...optOutAnnotations({ restoreDrill: backup.drill }) },
      schedule: plan.schedule,
      suspend: false,
      deadline: plan.everyMinutes * 60,
    },
    "restore-drill": {
      annotations: { "plumbline.dev/restores": store },
      schedule: DRILL_SCHEDULES[typeof backup.drill === "string" ? backup.drill : "weekly"],
      suspend: false,
      deadline: plan.drillSeconds,
    },
    restore: { annotations: {}, schedule: "0 0 1 1 *", suspend: true, deadline: 24 * HOUR },
  }[part];
  return taskPlan({
    name: `${name}-${part}`,
    namespace,
    labels: { ...labels(name, part), ...dataLabels(args) },
    annotations,
    ...timing,
    lateBy: Math.min(HOUR, timing.deadline),
    retries: part === "backup" ? 2 : 0,
    zones: args.zones,
    pod: podOf(name, part, jobs),
  });
}

/** The containers, one after the other, and what they share: the snapshot, on a disk that goes with the pod. */
function podOf(name: string, part: BackupPart, { redis: args, backup, plan, access }: BackupJobs) {
  const mount = (volume: string, mountPath: string, readOnly = true) => ({ name: volume, mountPath, readOnly });
  const shared = [mount("scripts", PATHS.scripts), mount("data", PATHS.data, false), mount("tmp", "/tmp", false)];
  const account = ACCOUNTS[part];
  const redis = (script: string, resources: Resources) => ({
    name: script,
    image: image("redis", args.version),
    command: ["sh", `${PATHS.scripts}/${script}.sh`],
    env: environment({
      ...(account && { ACCOUNT: account, SERVERS: servers(name, args.namespace.name, args.replicas).join(" ") }),
    }),
    resources,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [...shared, ...(account ? [mount("account", PATHS.account), mount("tls", PATHS.tls)] : [])],
  });
  const bucket = (script: string, more: Record<string, string>) => ({
    name: script,
    image: image("barmanCloudSidecar"),
    command: ["python3", `${PATHS.scripts}/${script}.py`],
    env: environment({
      ...bucketEnvironment(access[part], PATHS.bucket),
      FOLDER: backup.folder,
      ...more,
      HOME: "/tmp",
      PYTHONPYCACHEPREFIX: "/tmp",
    }),
    resources: MOVER,
    securityContext: RESTRICTED_CONTAINER,
    volumeMounts: [...shared, mount("bucket", PATHS.bucket)],
  });
  const [first, second] = {
    backup: [
      redis("snapshot", MOVER),
      bucket("put", { ...encryptionVariable(backup.encryption), KEEP_SECONDS: String(seconds(backup.keep)) }),
    ],
    "restore-drill": [
      // The one before, and this one on its way.
      bucket("fetch", { MOST_AGE_SECONDS: String(2 * plan.everyMinutes * 60) }),
      redis("verify", args.resources),
    ],
    restore: [bucket("fetch", { PASS_OVER_EMPTY: "yes" }), redis("restore", args.resources)],
  }[part];
  return {
    initContainers: first ? [first] : [],
    containers: second ? [second] : [],
    volumes: [
      { name: "scripts", configMap: { name: `${name}-backup` } },
      { name: "data", emptyDir: { sizeLimit: roomFor(args, part) } },
      { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
      bucketVolume("bucket", access[part]),
      ...(account
        ? [
            { name: "account", secret: { secretName: `${name}-${part}`, defaultMode: 0o440 } },
            {
              name: "tls",
              secret: {
                secretName: certificateSecret(names(name).server),
                items: [{ key: "ca.crt", path: "ca.crt" }],
                defaultMode: 0o440,
              },
            },
          ]
        : []),
    ],
  };
}

/** A snapshot is smaller than its data; as commands it is about as large. Whole gibibytes. */
function roomFor(args: CompleteArgs, part: BackupPart): string {
  const copies = part === "restore" ? 3 : 1;
  return bytes(Math.ceil((memoryForData(args) * copies) / GIBIBYTE) * GIBIBYTE);
}
