import { backupRetentionMin } from "./backup-retention-min.ts";
import { deletionProtectionRequired } from "./deletion-protection-required.ts";
import { finalSnapshotRequired } from "./final-snapshot-required.ts";
import { pointInTimeRecoveryRequired } from "./point-in-time-recovery-required.ts";
import { statefulProtected } from "./stateful-protected.ts";

export const RECOVERY = [
  statefulProtected,
  backupRetentionMin,
  pointInTimeRecoveryRequired,
  deletionProtectionRequired,
  finalSnapshotRequired,
] as const;
