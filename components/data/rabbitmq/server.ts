import type * as pulumi from "@pulumi/pulumi";
import type { Consumer, Grant } from "../../core/usage.ts";
import type { Trust } from "../trust.ts";

/** Nodes of RabbitMQ, wherever they run. */
export interface Server {
  /** Where consumers connect to, over TLS. */
  readonly host: pulumi.Output<string>;
  /** Where consumers may send to. */
  readonly peers: Grant["peers"];
  /** What makes queues, users and rights. */
  readonly setup: pulumi.Resource;
  /** `relation` names what is made for the consumer. */
  trust(relation: string, consumer: Consumer): Trust;
}
