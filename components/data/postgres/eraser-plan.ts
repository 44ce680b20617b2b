import type { types } from "@pulumi/kubernetes";
import { seconds } from "../../core/duration.ts";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import { optOutAnnotations } from "../../core/opt-out.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import type { Destination } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import { type BackupEncryption, encryptionVariable } from "../backup-shape.ts";
import { dataLabels } from "../declared.ts";
import { environment } from "../environment.ts";
import { type BucketAccess, bucketEnvironment, bucketVolume } from "../object-store/bucket-access.ts";
import { taskPlan } from "../task-plan.ts";
import type { CompleteArgs } from "./args.ts";
import type { CompleteBackup } from "./backup-args.ts";
import { eraserScripts, PATHS } from "./eraser-scripts.ts";
import { type CompleteErasure, personalTables } from "./erasure-args.ts";
import { type Access, host, loginRole, PORT, podLabels, roleSecret } from "./plan.ts";

/** Part of a Postgres, and the label of its pods. */
export const ERASER = "eraser";
/** Every night, between base backups; so a request waits for a day at most. */
const SCHEDULE = "40 2 * * *";
const HOUR = 3_600;
const DAY = 24 * HOUR;
/** What a run may take. What it did not come to, the next one does. */
const DEADLINE_SECONDS = 6 * HOUR;
/** A backup may be that much older than what it is kept for: the one before goes after the next is done. */
const SLACK_SECONDS = 7 * DAY;
const RESOURCES: Resources = { requests: { cpu: "50m", memory: "128Mi" }, limits: { cpu: "500m", memory: "256Mi" } };
const CA = "/etc/eraser-tls";

export interface EraserArgs {
  readonly postgres: CompleteArgs;
  readonly erasure: CompleteErasure;
  /** The Secret whose `ca.crt` signed for the server. */
  readonly authority: string;
  /** The log of requests, if there is one. */
  readonly log?:
    | { readonly access: BucketAccess; readonly backup: CompleteBackup; readonly encryption: BackupEncryption }
    | undefined;
}

export function eraserName(name: string): string {
  return `${name}-${ERASER}`;
}

/**
 * Who deletes from a database, and who gives it the rights to: two roles of one pod. The eraser deletes from the declared tables, and
 * sees the columns by which it finds rows; the steward is a member of whoever owns tables, and no container has both passwords.
 */
function eraserAccesses(name: string, namespace: string, database: string): Record<"eraser" | "steward", Access> {
  const pods = { database, namespace, podLabels: selector(name, ERASER), connections: 1 };
  return {
    eraser: { ...pods, right: "eraser", consumer: ERASER },
    steward: { ...pods, right: "steward", consumer: "steward" },
  };
}

/** All of them, of a Postgres' databases with personal tables. */
export function eraserLogins(
  name: string,
  { erasure, namespace }: Pick<CompleteArgs, "erasure" | "namespace">,
): Access[] {
  if (erasure === undefined) return [];
  return personalTables(erasure).flatMap(({ database }) =>
    Object.values(eraserAccesses(name, namespace.name, database)),
  );
}

/** Every file of the eraser's ConfigMap: the scripts, and the tables of each database. */
export function eraserFiles(
  name: string,
  namespace: string,
  args: CompleteErasure,
  retention: CompleteArgs["retention"],
) {
  const each = personalTables(args).flatMap(({ database, tables }) => {
    const declared = tables.map(([table, { by, keep = retention, subject }]) => ({
      table: table.includes(".") ? table : `public.${table}`,
      ...(by !== undefined && keep !== undefined && { by, keep: seconds(keep) }),
      ...(subject !== undefined && { subject }),
    }));
    return [
      [`${database}.json`, JSON.stringify(declared)],
      [`${database}.role`, loginRole(eraserAccesses(name, namespace, database).eraser)],
    ];
  });
  return { ...eraserScripts, ...Object.fromEntries(each) } as Record<string, string>;
}

/** The eraser reaches the server and the bucket of its log, and is reached by nobody. */
export function eraserNetworkPlan(
  name: string,
  namespace: string,
  log: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, ERASER) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach([{ namespace, podLabels: podLabels(name), port: PORT }, ...log]),
  };
}

/** Deletes every night what is past its time, and whom a request names. It fails if anything is left of what was due. */
export function eraserPlan(name: string, eraser: EraserArgs): types.input.batch.v1.CronJob {
  const { postgres: args, erasure, log } = eraser;
  const namespace = args.namespace.name;
  const databases = personalTables(erasure).map(({ database }) => database);
  const marked = { ...labels(name, ERASER), ...dataLabels(args) };
  const common = {
    DATABASES: databases.join(" "),
    // Nobody is brought back any more by a backup that is not there.
    FORGET_SECONDS: String((log ? seconds(log.backup.keep) : 0) + SLACK_SECONDS),
  };
  const connection = {
    PGHOST: host(name, namespace, "rw"),
    PGPORT: String(PORT),
    PGSSLMODE: "verify-full",
    PGSSLROOTCERT: `${CA}/ca.crt`,
    PGCONNECT_TIMEOUT: "10",
  };
  const shared = { resources: RESOURCES, securityContext: RESTRICTED_CONTAINER };
  const mount = (volume: string, mountPath: string, readOnly = true) => ({ name: volume, mountPath, readOnly });
  const files = [mount("scripts", PATHS.scripts), mount("run", PATHS.run, false), mount("tmp", "/tmp", false)];
  const psql = (part: "prepare" | "erase", credentials: string, mountPath: string) => ({
    ...shared,
    name: part,
    image: image("postgresql", args.version),
    command: ["bash", `${PATHS.scripts}/${part}.sh`],
    env: environment({ ...common, ...connection }),
    volumeMounts: [...files, mount(credentials, mountPath), mount("tls", CA)],
  });
  return taskPlan({
    name: eraserName(name),
    namespace,
    labels: marked,
    annotations: {
      "plumbline.dev/erases": `Cluster/${namespace}/${name}`,
      ...optOutAnnotations({ erasedFromBackups: erasure.backups }),
    },
    schedule: SCHEDULE,
    deadline: DEADLINE_SECONDS,
    lateBy: HOUR,
    retries: 2,
    zones: args.zones,
    pod: {
      initContainers: [
        psql("prepare", "steward", PATHS.stewards),
        ...(log
          ? [
              {
                ...shared,
                name: "keep",
                image: image("barmanCloudSidecar"),
                command: ["python3", `${PATHS.scripts}/keep.py`],
                env: environment({ ...common, ...logEnvironment(log, args) }),
                volumeMounts: [...files, mount("log", PATHS.log)],
              },
            ]
          : []),
      ],
      containers: [psql("erase", "eraser", PATHS.erasers)],
      volumes: [
        { name: "scripts", configMap: { name: eraserName(name) } },
        // Whom requests are about stands there for as long as the pod runs.
        { name: "run", emptyDir: { medium: "Memory", sizeLimit: "64Mi" } },
        { name: "tmp", emptyDir: { sizeLimit: "16Mi" } },
        {
          name: "tls",
          secret: {
            secretName: eraser.authority,
            items: [{ key: "ca.crt", path: "ca.crt" }],
            defaultMode: 0o440,
          },
        },
        ...(["steward", "eraser"] as const).map((part) => ({
          name: part,
          projected: {
            defaultMode: 0o440,
            sources: databases.map((database) => {
              const access = eraserAccesses(name, namespace, database)[part];
              const items = ["username", "password"].map((key) => ({ key, path: `${database}/${key}` }));
              return { secret: { name: roleSecret(name, access), items } };
            }),
          },
        })),
        ...(log ? [bucketVolume("log", log.access)] : []),
      ],
    },
  });
}

function logEnvironment({ access, backup, encryption }: NonNullable<EraserArgs["log"]>, { restore }: CompleteArgs) {
  return {
    ...bucketEnvironment(access, PATHS.log),
    FOLDER: backup.serverName,
    ...(restore !== undefined && { ORIGIN: restore.serverName }),
    ...encryptionVariable(encryption),
    HOME: "/tmp",
    PYTHONPYCACHEPREFIX: "/tmp",
  };
}
