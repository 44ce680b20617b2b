import { pdbRequired } from "./pdb-required.ts";
import { replicasMin } from "./replicas-min.ts";
import { spreadRequired } from "./spread-required.ts";

export const RESILIENCE = [replicasMin, pdbRequired, spreadRequired] as const;
