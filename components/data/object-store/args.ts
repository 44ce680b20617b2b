import type { types } from "@pulumi/kubernetes";
import type { Duration } from "../../core/duration.ts";
import { isOptOut, type OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Resources } from "../../core/resources.ts";
import type { Transform } from "../../core/transform.ts";
import { IMAGES } from "../../images/catalogue.ts";
import type { DeclaredArgs } from "../declared.ts";
import type { StoreArgs } from "../store.ts";

/** How a bucket keeps its objects. */
export interface BucketArgs {
  /**
   * Keeps what is overwritten or deleted as an older version; false by default. It cannot be taken back: without it from then on, the
   * bucket goes on as it is.
   */
  readonly versioned?: boolean;
  /**
   * How long an object is kept after it was written, from "1m" to "255d"; for ever by default, and of `personal` data for the store's
   * `retention`, or why something else deletes it in time. It holds for objects that are written after it was declared. Not for a
   * versioned bucket.
   */
  readonly expireAfter?: Duration | OptOut;
}

export interface ObjectStoreArgs<Name extends string = string> extends StoreArgs {
  /** Buckets by name. Buckets are made here only: a client cannot make one. One that is no longer declared stays, with its objects. */
  readonly buckets: Readonly<Record<Name, BucketArgs>>;
  /**
   * Volume servers, which hold the objects, each of them in two zones; 3 by default. More hold more. The three that hold what is known of
   * the objects, and lead to them, are the same for any number.
   */
  readonly replicas?: number;
  /** Says why it needs no backup. It makes none itself: every object has two copies. */
  readonly backup?: OptOut;
  /** SeaweedFS' version, as the tag of its image; 4.48 by default. */
  readonly version?: string;
  readonly transform?: {
    readonly servers?: Transform<types.input.apps.v1.StatefulSet>;
    readonly volumes?: Transform<types.input.apps.v1.StatefulSet>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
  };
}

const RESOURCES: Resources = { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } };
const STORAGE: Quantity = "20Gi";

/** What an object store gets that says nothing. */
const DEFAULTS = {
  replicas: 3,
  version: IMAGES.seaweedfs.version,
  storage: STORAGE,
  resources: RESOURCES,
  retain: true,
  rotation: 1,
} as const;

/** Why nothing else has to delete personal data of an object store. */
export const OBJECTS_END = "objects of every bucket end after its expireAfter, or by what it names in its place";

/** How long a bucket's objects are kept; undefined if they do not end by themselves. */
export function expiryOf(
  { dataClass, retention }: DeclaredArgs,
  { expireAfter }: { readonly expireAfter?: Duration | OptOut },
): Duration | undefined {
  if (expireAfter === undefined) return dataClass === "personal" ? retention : undefined;
  return isOptOut(expireAfter) ? undefined : expireAfter;
}

export function complete<Name extends string>(args: ObjectStoreArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteArgs = Omit<ObjectStoreArgs, Defaulted | "transform"> & Required<Pick<ObjectStoreArgs, Defaulted>>;
