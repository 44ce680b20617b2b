import type { types } from "@pulumi/kubernetes";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { IMAGES } from "../../images/catalogue.ts";
import type { StoreArgs } from "../store.ts";
import type { RedisBackupArgs } from "./backup-args.ts";

export interface RedisArgs extends StoreArgs {
  /** A primary and its replicas, each with a Sentinel; 3 by default, one in each zone. */
  readonly replicas?: number;
  /**
   * What it is for. A `cache` forgets what was used least when memory is full; a `store` refuses writes instead and
   * keeps half its memory free for the copy that rewriting its log takes. `cache` by default.
   */
  readonly role?: "cache" | "store";
  /**
   * Where snapshots of a `store` go; what follows from `objectives` is reckoned, and refused with the sums if it cannot be. Or why it needs
   * none. A `cache` needs none: it is filled anew from what it is a cache of.
   */
  readonly backup?: RedisBackupArgs | OptOut;
  /** Redis' version, as the tag of its image; 8.2.1 by default. */
  readonly version?: string;
  readonly transform?: {
    readonly servers?: Transform<types.input.apps.v1.StatefulSet>;
    readonly proxy?: Transform<types.input.apps.v1.Deployment>;
    /** Of what takes snapshots, tries them, and restores one. */
    readonly backup?: Transform<types.input.batch.v1.CronJob>;
  };
}

const RESOURCES: Resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } };
const STORAGE: Quantity = "4Gi";

/** What a Redis gets that says nothing. */
const DEFAULTS = {
  replicas: 3,
  role: "cache",
  version: IMAGES.redis.version,
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

export function complete(args: RedisArgs) {
  return { ...DEFAULTS, ...args };
}

export type CompleteArgs = ReturnType<typeof complete>;
