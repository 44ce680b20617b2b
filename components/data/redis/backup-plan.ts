import { milliseconds } from "../../core/duration.ts";
import { isOptOut } from "../../core/opt-out.ts";
import { amount } from "../../core/quantity.ts";
import type { RecoveryObjectives } from "../declared.ts";
import type { CompleteArgs } from "./args.ts";
import { type CompleteRedisBackup, completeRedisBackup } from "./backup-args.ts";
import { memoryForData } from "./config.ts";

/**
 * A snapshot has what a replica held when it began. What a disaster takes is at most what was written since the last complete one began:
 *
 *     lost    = interval + take                  take = 1 min + 2 * size / rates.copy     out of a server, and into the bucket
 *     restore = start + size / rates.copy + size / rates.load
 *
 * where `size` is all the memory for data. The interval is the longest of a few that keeps `lost` within the RPO: each snapshot costs
 * a replica a fork and the bucket its room.
 */
export interface RedisBackupPlan {
  /** Minutes between two snapshots. */
  readonly everyMinutes: number;
  /** Five fields of cron. */
  readonly schedule: string;
  /** Seconds that a snapshot takes, that are lost at most, and that a restore takes. */
  readonly take: number;
  readonly lost: number;
  readonly restore: number;
  /** Seconds after which a drill has failed: the RTO; twice the restore, and an hour at least, where nothing is promised. */
  readonly drillSeconds: number;
}

/** Minutes between two snapshots that are tried, the longest first; each divides a day. */
const INTERVALS = [1_440, 720, 480, 360, 240, 180, 120, 60, 30, 15] as const;
export const SHORTEST_MINUTES = 15;
/** Seconds until a snapshot's first byte: a pod starts, and Redis waits 5 s for more replicas before it begins. */
const BEGIN = 60;
/** Seconds until a restore fetches its first byte, and until all servers stand before that. */
const START = 120;
const HOUR = 3_600;
/** Not on the hour, when everybody's do. */
const MINUTE = 20;

/** What of a Redis is backed up, and by which plan; undefined if nothing is. */
export function redisBackupOf(
  name: string,
  args: Pick<CompleteArgs, "backup" | "namespace" | "objectives" | "resources" | "role">,
): { readonly backup: CompleteRedisBackup; readonly plan: RedisBackupPlan } | undefined {
  if (args.role === "cache" || args.backup === undefined || isOptOut(args.backup)) return undefined;
  const backup = completeRedisBackup(name, args.namespace.name, args.backup);
  return { backup, plan: redisBackupPlan(memoryForData(args), backup, args.objectives) };
}

/** When snapshots are taken, and what that is worth. It does what it can for objectives that cannot be met; those are refused. */
export function redisBackupPlan(
  size: number,
  { rates }: Pick<CompleteRedisBackup, "rates">,
  objectives: RecoveryObjectives | undefined,
): RedisBackupPlan {
  const take = BEGIN + Math.ceil((2 * size) / amount(rates.copy));
  const restore = START + Math.ceil(size / amount(rates.copy) + size / amount(rates.load));
  const lost = (minutes: number) => minutes * 60 + take;
  const most = objectives === undefined ? Number.POSITIVE_INFINITY : milliseconds(objectives.rpo) / 1_000;
  const everyMinutes = INTERVALS.find((minutes) => lost(minutes) <= most) ?? SHORTEST_MINUTES;
  return {
    everyMinutes,
    schedule: scheduleOf(everyMinutes),
    take,
    lost: lost(everyMinutes),
    restore,
    drillSeconds:
      objectives === undefined ? Math.max(HOUR, 2 * restore) : Math.floor(milliseconds(objectives.rto) / 1_000),
  };
}

function scheduleOf(minutes: number): string {
  if (minutes < 60) return `${MINUTE % minutes}-59/${minutes} * * * *`;
  const hours = minutes / 60;
  return `${MINUTE} ${hours === 24 ? "1" : hours === 1 ? "*" : `*/${hours}`} * * *`;
}
