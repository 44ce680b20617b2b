import { type Duration, milliseconds, seconds } from "../../core/duration.ts";
import { amount, type Quantity } from "../../core/quantity.ts";
import type { RecoveryObjectives } from "../declared.ts";
import type { BackupRates } from "./backup-args.ts";

/**
 * The log goes to the bucket file by file. A file is closed when it is full, or when `archive_timeout` has passed since
 * something was written to it; then it is shipped. So what a disaster takes is at most
 *
 *     lost = archive_timeout + shipping
 *
 * and `archive_timeout` follows from the RPO. To restore is to fetch the last base backup, then to fetch and replay every
 * file of the log since that backup began:
 *
 *     span    = interval + take                          a base backup serves when it is complete
 *     files   = span / archive_timeout + span * log / 16Mi       at most
 *     restore = start + size / fetch + files * 1 s + size / read
 *
 * where `size` is the whole disk, since a disk may be full on that day, `take = size / fetch`, and the last term is for reading
 * all of it once: a drill does, and a drill has no longer than the RTO. The interval is the longest of a few that keeps
 * `restore` within the RTO: each base backup costs the server its reading and the bucket its room.
 */
export interface BackupPlan {
  /** Seconds after which a file of the log is closed that is not full. */
  readonly archiveTimeout: number;
  /** Hours between two base backups. */
  readonly everyHours: number;
  /** When base backups begin, in CloudNativePG's six fields: seconds come first. */
  readonly schedule: string;
  readonly restore: RestoreSum;
  /** Seconds after which a drill has failed: the RTO; twice the restore, and an hour at least, where nothing is promised. */
  readonly drillSeconds: number;
}

/** The parts of a restore, in seconds, and the files of the log in it. */
interface RestoreSum {
  readonly start: number;
  readonly fetch: number;
  readonly files: number;
  readonly replay: number;
  readonly read: number;
  readonly total: number;
}

export interface BackupPlanArgs {
  readonly objectives?: RecoveryObjectives | undefined;
  /** The disk of one instance. */
  readonly storage: Quantity;
  readonly rates: BackupRates;
}

/** PostgreSQL's default size of a file of the log, which CloudNativePG leaves as it is. */
const FILE_BYTES = 16 * 2 ** 20;
/** Seconds that a closed file has to reach the bucket. Seen: 1 s to 2 s; the rest is for a slow day. */
export const SHIPPING = 30;
/** CloudNativePG's default for `archive_timeout`. */
const LONGEST_TIMEOUT = 300;
/** Shorter, and a server that hardly writes ships more than 2,880 files a day, each fetched by a program of its own in a restore. */
export const SHORTEST_TIMEOUT = 30;
/** Seconds to fetch and replay one file of the log: most of it is the start of the program that fetches it. */
const FILE_SECONDS = 1;
/** Seconds until a restore fetches its first byte, and after its last until it takes writes: pods, volumes, certificates. */
const START = 120;
/** Hours between two base backups that are tried, the longest first; each divides a day. */
const INTERVALS = [24, 12, 8, 6, 4, 3, 2, 1] as const;
const HOUR = 3_600;
const SHORTEST_DEADLINE = HOUR;
/** Not on the hour, when everybody's do. */
const BASE_MINUTE = 15;

/** When the log is shipped, when base backups are made and how long a restore takes. It does what it can for objectives that cannot be met; those are refused. */
export function backupPlan({ objectives, storage, rates }: BackupPlanArgs): BackupPlan {
  const archiveTimeout = timeoutFor(objectives?.rpo);
  const sum = (hours: number) => restoreSum(hours, archiveTimeout, storage, rates);
  const fitting = intervalsFor(storage, rates);
  const most = objectives === undefined ? Number.POSITIVE_INFINITY : seconds(objectives.rto);
  const everyHours = fitting.find((hours) => sum(hours).total <= most) ?? fitting.at(-1) ?? INTERVALS[0];
  const restore = sum(everyHours);
  return {
    archiveTimeout,
    everyHours,
    schedule: `0 ${BASE_MINUTE} ${everyHours === 24 ? "1" : `*/${everyHours}`} * * *`,
    restore,
    drillSeconds:
      objectives === undefined
        ? Math.max(SHORTEST_DEADLINE, 2 * restore.total)
        : Math.floor(milliseconds(objectives.rto) / 1_000),
  };
}

/** The intervals in which a base backup is done before the next one begins. */
export function intervalsFor(storage: Quantity, rates: BackupRates): readonly number[] {
  return INTERVALS.filter((hours) => takeSeconds(storage, rates) <= hours * HOUR);
}

/** Seconds that a base backup takes. */
export function takeSeconds(storage: Quantity, { fetch }: BackupRates): number {
  return Math.ceil(amount(storage) / amount(fetch));
}

/** What a restore comes to right before the next base backup is done. */
function restoreSum(hours: number, timeout: number, storage: Quantity, rates: BackupRates): RestoreSum {
  const fetch = takeSeconds(storage, rates);
  const read = Math.ceil(amount(storage) / amount(rates.read));
  const span = hours * HOUR + fetch;
  const files = Math.ceil(span / timeout + (span * amount(rates.log)) / FILE_BYTES);
  const replay = files * FILE_SECONDS;
  return { start: START, fetch, files, replay, read, total: START + fetch + replay + read };
}

function timeoutFor(rpo: Duration | undefined): number {
  const most = rpo === undefined ? LONGEST_TIMEOUT : Math.floor(milliseconds(rpo) / 1_000) - SHIPPING;
  return Math.min(LONGEST_TIMEOUT, Math.max(SHORTEST_TIMEOUT, most));
}
