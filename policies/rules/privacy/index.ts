import { dataClassFlowsToBackup } from "./data-class-flows-to-backup.ts";
import { dataClassLabelRequired } from "./data-class-label-required.ts";
import { personalBackupRetentionBounded } from "./personal-backup-retention-bounded.ts";
import { personalDataRetentionBounded } from "./personal-data-retention-bounded.ts";

export const PRIVACY = [
  dataClassLabelRequired,
  dataClassFlowsToBackup,
  personalDataRetentionBounded,
  personalBackupRetentionBounded,
] as const;
