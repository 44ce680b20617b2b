import type { KeyArgs } from "@pulumi/aws/kms/key.js";
import type { ReplicaKeyArgs } from "@pulumi/aws/kms/replicaKey.js";
import type { Problem } from "../core/invalid.ts";
import { nameProblems } from "../core/names.ts";
import { type Shapes, shapeProblems } from "../core/shape.ts";
import type { Transform } from "../core/transform.ts";
import { wholeProblems } from "../core/whole.ts";
import { accountProblems } from "../data/aws/place.ts";
import { DATA_CLASSES, type DataClass } from "../data/declared.ts";
import type { AwsAccount } from "./account.ts";

/** What a key is for beside data: Secrets of a cluster, disks of its nodes, logs. */
export const PLATFORM_KEYS = ["cluster", "disks", "logs"] as const;
export type PlatformKey = (typeof PLATFORM_KEYS)[number];
export type KeyPurpose = DataClass | PlatformKey;

export interface KeysArgs {
  readonly account: AwsAccount;
  /** Classes of data of which each has a key; those of which somebody could be harmed by default: all but `public` and `internal`. */
  readonly classes?: readonly DataClass[];
  /**
   * Regions in which the keys of data have copies, for what is copied there. Keys that are made without this field can never be copied: an empty
   * list makes such as can be later.
   */
  readonly replicaRegions?: readonly string[];
  /** How long a key waits for its end, in days: 7 to 30, 30 by default. What it encrypted cannot be read after it. */
  readonly deletionDays?: number;
  /** After how many days AWS makes new material for a key: 90 to 2560, 365 by default. What was encrypted before stays readable. */
  readonly rotationDays?: number;
  /** Keeps the keys when the stack is destroyed; true by default. */
  readonly retain?: boolean;
  readonly transform?: { readonly key?: Transform<KeyArgs>; readonly replica?: Transform<ReplicaKeyArgs> };
}

export type CompleteKeys = Required<Omit<KeysArgs, "replicaRegions" | "transform">> & Pick<KeysArgs, "replicaRegions">;

/** AWS' own bounds and defaults (KMS API, ScheduleKeyDeletion and EnableKeyRotation). */
const DELETION_DAYS = { least: 7, most: 30 };
const ROTATION_DAYS = { least: 90, most: 2560, usual: 365 };

export function completeKeys({ transform: _, ...args }: KeysArgs): CompleteKeys {
  return {
    classes: ["confidential", "restricted", "personal"],
    deletionDays: DELETION_DAYS.most,
    rotationDays: ROTATION_DAYS.usual,
    retain: true,
    ...args,
  };
}

const SHAPES: Shapes = { account: "an object", classes: "a list of texts", "replicaRegions?": "a list of texts" };

/** Everything that is wrong with the arguments of keys. */
export function keysProblems(name: string, args: CompleteKeys): Problem[] {
  const misshapen = shapeProblems(args, SHAPES);
  if (misshapen.length > 0) return misshapen;
  const { account, classes, replicaRegions = [], deletionDays, rotationDays } = args;
  const problems = [
    ...nameProblems("name", name),
    ...accountProblems("account", account),
    ...wholeProblems("deletionDays", deletionDays, DELETION_DAYS.least, DELETION_DAYS.most),
    ...wholeProblems("rotationDays", rotationDays, ROTATION_DAYS.least, ROTATION_DAYS.most),
  ];
  for (const [index, one] of classes.entries()) {
    const field = `classes[${index}]`;
    if (!DATA_CLASSES.includes(one)) problems.push({ field, given: one, allowed: DATA_CLASSES.join(", ") });
    else if (classes.indexOf(one) !== index) problems.push({ field, given: one, allowed: "each class once" });
  }
  for (const [index, region] of replicaRegions.entries()) {
    const field = `replicaRegions[${index}]`;
    problems.push(...accountProblems(field, { ...account, region }).map((problem) => ({ ...problem, field })));
    if (region === account.region)
      problems.push({ field, given: region, allowed: "another region than that of the account" });
    else if (replicaRegions.indexOf(region) !== index)
      problems.push({ field, given: region, allowed: "each region once" });
  }
  return problems;
}
