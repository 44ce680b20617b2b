import type { Namespace } from "../../cluster/namespace.ts";
import type { Duration } from "../../core/duration.ts";
import { isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { nameProblems } from "../../core/names.ts";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import { runbooksProblems } from "../../observability/runbook.ts";
import { type DeclaredArgs, declaredProblems } from "../declared.ts";
import { type AwsPlace, placeProblems } from "./place.ts";

/** What every managed store is given. What only a store in the cluster has is refused here, not ignored. */
export interface AwsStoreArgs extends DeclaredArgs {
  readonly backend: "aws";
  readonly aws: AwsPlace;
  /** Where what it needs in the cluster is made: its setup, and the names of its accounts. */
  readonly namespace: Namespace;
  /** Steps down to one instance in one zone, without failover. */
  readonly replication?: OptOut;
  /** Keeps the data when the stack is destroyed: protection from deletion, and a last snapshot; true by default. */
  readonly retain?: boolean;
  /** Bump it to give every consumer a new password; they start anew to read it. 1 by default. */
  readonly rotation?: number;
  /** Where people read `docs/runbooks`, such as `https://git.example.com/platform/docs/runbooks`: every alarm leads to its section. */
  readonly runbooks?: string;
  readonly zones?: never;
  readonly issuer?: never;
  readonly resources?: never;
}

/** How long AWS keeps backups of a database at most, and of a cache. */
const MOST_DAYS = 35;
const DAY = 86_400_000;

/** Why a field of a store in the cluster has no meaning for a managed one. */
const IN_CLUSTER_ONLY = {
  zones: "nothing: the zones are those of aws.subnets",
  issuer: "nothing: AWS signs for its stores",
  resources: "nothing: a class of machines decides that",
} as const;

/** What is wrong with the arguments that all managed stores share. */
export function awsStoreProblems(
  name: string,
  args: AwsStoreArgs,
  more: Readonly<Record<string, string>> = {},
): Problem[] {
  const { rotation = 1 } = args;
  const problems = [
    ...nameProblems("name", name),
    ...placeProblems(args.aws),
    ...declaredProblems(args),
    ...runbooksProblems(args.runbooks),
  ];
  if (!Number.isInteger(rotation) || rotation < 1)
    problems.push({ field: "rotation", given: rotation, allowed: "a whole number of at least 1" });
  for (const [field, allowed] of Object.entries({ ...IN_CLUSTER_ONLY, ...more })) {
    const given = (args as unknown as Record<string, unknown>)[field];
    if (given !== undefined) problems.push({ field, given: shown(given), allowed: `${allowed}, with backend "aws"` });
  }
  return problems;
}

/** A problem unless backups are kept for whole days that AWS takes. */
export function keepProblems(field: string, given: Duration): Problem[] {
  const days = isDuration(given) ? milliseconds(given) / DAY : 0;
  if (Number.isInteger(days) && days >= 1 && days <= MOST_DAYS) return [];
  return [{ field, given, allowed: `whole days from "1d" to "${MOST_DAYS}d": AWS keeps no backup for longer` }];
}

/** Whole days of a duration. */
export function days(duration: Duration): number {
  return Math.floor(milliseconds(duration) / DAY);
}

/**
 * A problem if a store promises to lose less than its backups allow: `gap` is the longest time between what was written and a backup
 * that has it.
 */
export function objectiveProblems({ objectives }: DeclaredArgs, gap: Duration, why: string): Problem[] {
  if (objectives === undefined || !isDuration(objectives.rpo) || milliseconds(objectives.rpo) >= milliseconds(gap))
    return [];
  return [{ field: "objectives.rpo", given: objectives.rpo, allowed: `"${gap}" or more: ${why}` }];
}

/** A problem unless there are two members at least, or one is stepped down to. */
export function memberProblems(field: string, given: number, most: number, replication: OptOut | undefined): Problem[] {
  if (isOptOut(replication))
    return given === 1 ? [] : [{ field, given, allowed: "1, since replication is stepped down from" }];
  if (Number.isInteger(given) && given >= 2 && given <= most) return [];
  const allowed = `a whole number from 2 to ${most}; or 1 with replication: optOut("<why one is enough>")`;
  return [{ field, given, allowed }];
}

/** A component is named, not printed with all that it holds. */
function shown(given: unknown): unknown {
  return typeof given === "object" && given !== null && !Array.isArray(given) ? "an object" : given;
}
