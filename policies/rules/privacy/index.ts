import { dataClassFlowsToBackup } from "./data-class-flows-to-backup.ts";
import { dataClassLabelRequired } from "./data-class-label-required.ts";

export const PRIVACY = [dataClassLabelRequired, dataClassFlowsToBackup] as const;
