import { progressiveRolloutRequired } from "./progressive-rollout-required.ts";
import { revisionHistoryBounded } from "./revision-history-bounded.ts";

export const DELIVERY = [progressiveRolloutRequired, revisionHistoryBounded] as const;
