import type { ClusterArgs } from "@pulumi/aws/msk/cluster.js";
import type { types } from "@pulumi/kubernetes";
import type { OptOut } from "../../core/opt-out.ts";
import type { Quantity } from "../../core/quantity.ts";
import type { Transform } from "../../core/transform.ts";
import type { AwsStoreArgs } from "../aws/store.ts";
import type { DeclaredArgs } from "../declared.ts";
import type { TopicArgs } from "./args.ts";

/** A Kafka that MSK runs. */
export interface MskArgs<Name extends string = string> extends AwsStoreArgs {
  /** Topics by name. Topics are made here only: a client cannot make one by using it. */
  readonly topics: Readonly<Record<Name, TopicArgs>>;
  /** Hold the records, each in three copies: as many in each of three zones; 3 by default. MSK takes none away. */
  readonly brokers?: number;
  /** Machines of every broker; `kafka.m7g.large` by default. */
  readonly instanceType?: string;
  /** Disk of each broker, in whole GiB up to 16 TiB; 100Gi by default. It never shrinks. */
  readonly storage?: Quantity;
  /** How far MSK may grow each disk by itself, when it is 60 % full. Then `storage` is only where it begins. */
  readonly growTo?: Quantity;
  /** Kafka's version, as MSK calls it; `3.9.x.kraft` by default. */
  readonly version?: string;
  /** Says why it needs no backup. Neither Kafka nor MSK makes any. */
  readonly backup?: OptOut;
  readonly transform?: {
    readonly cluster?: Transform<ClusterArgs>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
  };
}

const STORAGE: Quantity = "100Gi";

/** What an MSK gets that says nothing. */
const DEFAULTS = {
  brokers: 3,
  instanceType: "kafka.m7g.large",
  storage: STORAGE,
  version: "3.9.x.kraft",
  retain: true,
  rotation: 1,
} as const;

/** An MSK's arguments with every default filled in. */
export function completeMsk<Name extends string>(args: MskArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteMsk = Required<Pick<MskArgs, Defaulted>> &
  Pick<
    MskArgs,
    "aws" | "backend" | "backup" | "growTo" | "namespace" | "replication" | "runbooks" | "topics" | keyof DeclaredArgs
  >;
