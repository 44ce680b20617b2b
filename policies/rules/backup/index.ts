import { backupCoversStateful } from "./backup-covers-stateful.ts";

export const BACKUP = [backupCoversStateful] as const;
