import type { BrokerArgs } from "@pulumi/aws/mq/broker.js";
import type { types } from "@pulumi/kubernetes";
import type { OptOut } from "../../core/opt-out.ts";
import type { Transform } from "../../core/transform.ts";
import type { AwsStoreArgs } from "../aws/store.ts";
import type { DeclaredArgs } from "../declared.ts";
import type { QueueArgs } from "./args.ts";

/** A RabbitMQ that Amazon MQ runs: three nodes in three zones, or one if `replication` is stepped down from. */
export interface AmazonMqArgs<Name extends string = string> extends AwsStoreArgs {
  /** Queues by name. Queues are made here only: a client has no right to make one. */
  readonly queues: Readonly<Record<Name, QueueArgs>>;
  /** Machines of every node; `mq.m7g.large` by default (2 cores, 8 GiB, a disk of 15 GB). They decide of the disk, too. */
  readonly instanceType?: string;
  /** RabbitMQ's version, as Amazon MQ calls it; 4.2 by default. Patches come by themselves, in the maintenance window. */
  readonly version?: string;
  /**
   * Messages that wait, over all queues, above which somebody is told; 10,000 by default. Amazon MQ counts those of single queues no
   * more since RabbitMQ 4.
   */
  readonly backlog?: number;
  /** Says why it needs no backup. Neither RabbitMQ nor Amazon MQ makes any. */
  readonly backup?: OptOut;
  readonly nodes?: never;
  readonly storage?: never;
  readonly transform?: {
    readonly broker?: Transform<BrokerArgs>;
    readonly setup?: Transform<types.input.batch.v1.Job>;
  };
}

/** What an Amazon MQ gets that says nothing. */
const DEFAULTS = { instanceType: "mq.m7g.large", version: "4.2", backlog: 10_000, retain: true, rotation: 1 } as const;

/** An Amazon MQ's arguments with every default filled in. */
export function completeAmazonMq<Name extends string>(args: AmazonMqArgs<Name>) {
  return { ...DEFAULTS, ...args };
}

type Defaulted = keyof typeof DEFAULTS;
export type CompleteAmazonMq = Required<Pick<AmazonMqArgs, Defaulted>> &
  Pick<
    AmazonMqArgs,
    "aws" | "backend" | "backup" | "namespace" | "queues" | "replication" | "runbooks" | keyof DeclaredArgs
  >;
