import type { Settings } from "./settings.ts";

/**
 * What the stack of this repository does not have yet. Where people depend on it, every up says so; none is stopped for it.
 * A line goes when its part is built.
 */
const NOT_BUILT_YET = {
  "dns-record-per-public-host": { level: "advisory" },
} as const;

/** What a team makes mandatory when its lock of images is committed, and its charts' images have digests: docs/images.md. */
const UNTIL_IMAGES_ARE_LOCKED = { "image-digest-required": { level: "advisory" } } as const;

/** What means nothing where nobody depends on it: no name leads there, nothing is kept, and nobody is paged. */
const NOBODY_DEPENDS_ON_IT = {
  "image-digest-required": { level: "disabled" },
  "gateway-rate-limit-required": { level: "disabled" },
  "dns-record-per-public-host": { level: "disabled" },
  "backup-covers-stateful": { level: "disabled" },
  "alert-per-slo": { level: "disabled" },
  "dashboard-per-service": { level: "disabled" },
  "data-class-label-required": { level: "disabled" },
  "logs-collected": { level: "disabled" },
  "critical-alert-pages": { level: "disabled" },
  "stateful-protected": { level: "disabled" },
} as const;

/** A hostPath is judged by host-path-forbidden, which an agent on every node steps down from with a reason. */
const VOLUMES = {
  "volume-types-restricted": {
    params: {
      allow: [
        "configMap",
        "csi",
        "downwardAPI",
        "emptyDir",
        "ephemeral",
        "hostPath",
        "image",
        "persistentVolumeClaim",
        "projected",
        "secret",
      ],
    },
  },
} as const;

/** The only capability that the restricted pod security standard lets a container have. */
const RESTRICTED = { "capabilities-added-restricted": { params: { allow: ["NET_BIND_SERVICE"] } } } as const;

const REHEARSAL = {
  levels: { critical: "mandatory", high: "mandatory", medium: "advisory", low: "disabled" },
  rules: {
    ...NOBODY_DEPENDS_ON_IT,
    ...RESTRICTED,
    "sa-token-automount-forbidden": { level: "remediate" },
    "seccomp-required": { level: "remediate" },
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
      ...NOBODY_DEPENDS_ON_IT,
      ...VOLUMES,
      // One replica is enough to develop against.
      "replicas-min": { level: "disabled" },
      "redis-replicated": { level: "disabled" },
      "kafka-topic-replicated": { level: "disabled" },
    },
  },
  staging: {
    levels: { critical: "mandatory", high: "mandatory", medium: "mandatory", low: "advisory" },
    rules: {
      ...NOT_BUILT_YET,
      ...UNTIL_IMAGES_ARE_LOCKED,
      ...RESTRICTED,
      ...VOLUMES,
      "sa-token-automount-forbidden": { level: "remediate" },
      "seccomp-required": { level: "remediate" },
    },
  },
  production: {
    levels: { critical: "mandatory", high: "mandatory", medium: "mandatory", low: "advisory" },
    rules: {
      ...NOT_BUILT_YET,
      ...UNTIL_IMAGES_ARE_LOCKED,
      ...RESTRICTED,
      ...VOLUMES,
      // One replica for each of three zones. Nothing is repaired on the way: what runs is what was reviewed.
      "replicas-min": { params: { min: 3 } },
    },
  },
} as const satisfies Record<string, Settings>;
