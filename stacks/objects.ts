import type { Namespace } from "../components/cluster/index.ts";
import { optOut } from "../components/core/index.ts";
import { ObjectStore } from "../components/data/index.ts";
import type { Issuer } from "../components/edge/index.ts";
import type { Ground } from "./ground.ts";

/** Who writes backups may delete what is in their bucket: so each has one of its own. */
type Bucket = "backups" | "snapshots" | "logs" | "profiles" | "audit";
export type Objects = ObjectStore<Bucket> | undefined;

const IS_THE_BACKUP = optOut(
  "it holds the backups of the others and logs, in two copies each; a copy in a second region is not built yet",
);

/** Where backups, logs and profiles go; none where an environment has no `stores.objects`. */
export function objectsOf({ environment, on, placed, kept }: Ground, namespace: Namespace, issuer: Issuer): Objects {
  const { objects, redis } = environment.stores;
  if (objects === undefined) return undefined;
  const buckets: Partial<Record<Bucket, object>> = {
    backups: {},
    ...(redis.backend === "inCluster" && redis.role === "store" && { snapshots: {} }),
    ...(environment.telemetry && { logs: {} }),
    ...(environment.telemetry?.profiles && { profiles: {} }),
    ...(environment.audit?.api?.kind === "controlPlane" && { audit: { expireAfter: environment.audit.api.keep } }),
  };
  // Backups go where data is as closely kept as what is about people.
  const vault = { dataClass: "restricted", buckets, backup: IS_THE_BACKUP } as const;
  return new ObjectStore<string>("objects", { namespace, issuer, ...placed, ...kept, ...objects, ...vault }, on);
}

/** How a store is backed up to a bucket, within what the environment promises; not at all where there is none. */
export function savedTo(objects: Objects, bucket: "backups" | "snapshots", { environment }: Ground) {
  const { rto, rpo } = environment.objectives;
  return (
    objects && {
      objectives: { rto, rpo },
      backup: { to: objects.bucket(bucket), keep: environment.retention.backups },
    }
  );
}
