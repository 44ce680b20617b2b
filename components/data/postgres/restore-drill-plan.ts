import type { types } from "@pulumi/kubernetes";
import { labels, selector } from "../../core/labels.ts";
import { reach } from "../../core/network.ts";
import { amount, bytes, type Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import { RESTRICTED_CONTAINER } from "../../core/security-context.ts";
import { CREDENTIALS_ROOT, type Destination } from "../../core/usage.ts";
import { image } from "../../images/catalogue.ts";
import { DRILL_SCHEDULES, type DrillEvery } from "../backup-shape.ts";
import { dataLabels } from "../declared.ts";
import { environment } from "../environment.ts";
import { type BucketAccess, bucketEnvironment, bucketVolume } from "../object-store/bucket-access.ts";
import { taskPlan } from "../task-plan.ts";
import type { CompleteArgs } from "./args.ts";
import type { BackupPlan } from "./backup-plan.ts";
import { FETCH_PY, VERIFY_SH } from "./restore-drill-scripts.ts";

const SCRATCH = "/scratch";
const SCRIPTS = "/etc/restore-drill";
const CREDENTIALS = `${CREDENTIALS_ROOT}/backup`;
const FILE_BYTES = 16 * 2 ** 20;
const GIBIBYTE = 2 ** 30;
const HOUR = 3_600;
const FETCHER: Resources = { requests: { cpu: "200m", memory: "256Mi" }, limits: { cpu: "2", memory: "512Mi" } };

/** Part of a Postgres, and the label of its pods. */
export const DRILL = "restore-drill";

export interface DrillArgs {
  readonly postgres: CompleteArgs;
  /** Its folder in the bucket. */
  readonly serverName: string;
  readonly every: DrillEvery;
  readonly plan: BackupPlan;
  /** To the bucket, for reading. */
  readonly access: BucketAccess;
}

export function drillName(name: string): string {
  return `${name}-${DRILL}`;
}

/** What the drill's pods run: the scripts, without any secret. */
export const drillFiles = { "fetch.py": FETCH_PY, "verify.sh": VERIFY_SH };

/** A drill reaches the bucket, and is reached by nobody. */
export function drillNetworkPlan(
  name: string,
  peers: readonly Destination[],
): types.input.networking.v1.NetworkPolicySpec {
  return {
    podSelector: { matchLabels: selector(name, DRILL) },
    policyTypes: ["Ingress", "Egress"],
    ingress: [],
    egress: reach(peers),
  };
}

/**
 * Restores the newest backup into a volume that goes with the pod, replays the log to its end and reads all of it. It has the
 * bucket's reader's right and no other: it cannot harm the backups, and not reach the server. It ends at the RTO.
 */
export function drillPlan(name: string, drill: DrillArgs): types.input.batch.v1.CronJob {
  const { postgres: args, every, plan, access } = drill;
  const namespace = args.namespace.name;
  const deadlineSeconds = plan.drillSeconds;
  const marked = { ...labels(name, DRILL), ...dataLabels(args) };
  const scratch = { name: "scratch", mountPath: SCRATCH };
  const scripts = { name: "scripts", mountPath: SCRIPTS, readOnly: true };
  const credentials = { name: "credentials", mountPath: CREDENTIALS, readOnly: true };
  return taskPlan({
    name: drillName(name),
    namespace,
    labels: marked,
    annotations: { "plumbline.dev/restores": `Cluster/${namespace}/${name}` },
    schedule: DRILL_SCHEDULES[every],
    deadline: deadlineSeconds,
    lateBy: HOUR,
    // What fails is told at once: a second try would hide what is wrong now and then.
    retries: 0,
    zones: args.zones,
    // Neither image asks for a user of its own: PostgreSQL starts on data of whoever starts it.
    pod: {
      initContainers: [
        {
          name: "fetch",
          image: image("barmanCloudSidecar"),
          command: ["python3", `${SCRIPTS}/fetch.py`],
          env: fetchEnvironment(drill),
          resources: FETCHER,
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [scratch, scripts, credentials, { name: "tmp", mountPath: "/tmp" }],
        },
      ],
      containers: [
        {
          name: "verify",
          image: image("postgresql", args.version),
          command: ["sh", `${SCRIPTS}/verify.sh`],
          env: environment({
            SCRATCH,
            DATABASES: args.databases.join(" "),
            DEADLINE_SECONDS: String(deadlineSeconds),
          }),
          resources: args.resources,
          securityContext: RESTRICTED_CONTAINER,
          volumeMounts: [scratch, scripts, { name: "tmp", mountPath: "/tmp" }],
        },
      ],
      volumes: [
        { name: "tmp", emptyDir: { sizeLimit: "64Mi" } },
        { name: "scripts", configMap: { name: drillName(name) } },
        bucketVolume("credentials", access),
        {
          name: "scratch",
          ephemeral: {
            volumeClaimTemplate: {
              metadata: { labels: marked },
              spec: {
                accessModes: ["ReadWriteOnce"],
                resources: { requests: { storage: scratchSize(args.storage, plan) } },
              },
            },
          },
        },
      ],
    },
  });
}

/** Room for the data, and twice for the log: as it was fetched, and as PostgreSQL replays it. Whole gibibytes. */
function scratchSize(storage: Quantity, { restore }: BackupPlan): Quantity {
  const needed = amount(storage) + 2 * restore.files * FILE_BYTES;
  return bytes(Math.ceil(needed / GIBIBYTE) * GIBIBYTE);
}

function fetchEnvironment({ serverName, plan, access }: DrillArgs) {
  return environment({
    SCRATCH,
    SERVER: serverName,
    // The one before, and this one on its way.
    MOST_BASE_AGE_SECONDS: String(2 * plan.everyHours * HOUR),
    ...bucketEnvironment(access, CREDENTIALS),
    HOME: "/tmp",
    PYTHONPYCACHEPREFIX: "/tmp",
  });
}
