import type { Duration } from "../../core/duration.ts";
import { isDuration, milliseconds } from "../../core/duration.ts";
import type { Problem } from "../../core/invalid.ts";
import { type AwsPlace, placeOfAccountProblems } from "../../data/aws/place.ts";

/** Of an account of AWS, what keeps records there needs to know. */
export type AuditAccount = Pick<AwsPlace, "region" | "accountId" | "alarms" | "tags">;

/** How records are kept in AWS. */
export interface VaultArgs {
  readonly aws: AuditAccount;
  /** How long each object cannot be deleted or overwritten, and after which it is deleted: whole days, `30d` to `3650d`. */
  readonly keep: Duration;
  /**
   * Who may shorten that: of `governance` whoever has the right to bypass it (`s3:BypassGovernanceRetention`), of `compliance` nobody, the account's root not either, and no
   * `destroy` until the last day. `governance` by default.
   */
  readonly lock?: "governance" | "compliance";
  /** Keeps buckets, keys and logs when the stack is destroyed; true by default. */
  readonly retain?: boolean;
}

const DAY = 86_400_000;
const DAYS = { least: 30, most: 3_650 };

/** What is wrong with how records are kept. */
export function vaultProblems({ aws, keep, lock = "governance" }: VaultArgs): Problem[] {
  const problems = placeOfAccountProblems(aws);
  const days = isDuration(keep) ? milliseconds(keep) / DAY : 0;
  if (!Number.isInteger(days) || days < DAYS.least || days > DAYS.most)
    problems.push({ field: "keep", given: keep, allowed: `whole days from "${DAYS.least}d" to "${DAYS.most}d"` });
  if (lock !== "governance" && lock !== "compliance")
    problems.push({ field: "lock", given: lock, allowed: '"governance" or "compliance"' });
  return problems;
}
