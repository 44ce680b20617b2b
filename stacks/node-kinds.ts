/** Nodes of a rehearsal: simulated, where no container runs; real, one in each zone; or real ones beside simulated ones. */
export const NODE_KINDS = ["simulated", "real", "both"] as const;

export type NodeKind = (typeof NODE_KINDS)[number];
