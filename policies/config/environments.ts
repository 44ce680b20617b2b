import type { Settings } from "./settings.ts";

const REHEARSAL = {
  levels: { critical: "mandatory", high: "mandatory", medium: "advisory", low: "disabled" },
  rules: {
    "sa-token-automount-forbidden": { level: "remediate" },
    "seccomp-required": { level: "remediate" },
    // The rehearsal is torn down every day.
    "stateful-protected": { level: "disabled" },
  },
} as const;

/**
 * How each environment is held to the rules. `npm run policies` spells this out as `<environment>.json`,
 * which is what Pulumi reads.
 */
export const ENVIRONMENTS = {
  local: REHEARSAL,
  "local-real": REHEARSAL,
  dev: {
    levels: { critical: "mandatory", high: "advisory", medium: "advisory", low: "disabled" },
    rules: {
      // One replica is enough to develop against.
      "replicas-min": { level: "disabled" },
      "stateful-protected": { level: "disabled" },
    },
  },
  staging: {
    levels: { critical: "mandatory", high: "mandatory", medium: "mandatory", low: "advisory" },
    rules: {
      "sa-token-automount-forbidden": { level: "remediate" },
      "seccomp-required": { level: "remediate" },
    },
  },
  production: {
    levels: { critical: "mandatory", high: "mandatory", medium: "mandatory", low: "mandatory" },
    // One replica for each of three zones. Nothing is repaired on the way: what runs is what was reviewed.
    rules: { "replicas-min": { params: { min: 3 } } },
  },
} as const satisfies Record<string, Settings>;
