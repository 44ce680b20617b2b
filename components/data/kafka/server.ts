import type * as pulumi from "@pulumi/pulumi";
import type { Consumer, Grant } from "../../core/usage.ts";
import type { Trust } from "../trust.ts";

/** Brokers of Kafka, wherever they run. */
export interface Server {
  /** Where consumers begin: hosts and ports. */
  readonly endpoint: pulumi.Output<string>;
  /** Where consumers may send to. */
  readonly peers: Grant["peers"];
  /** Users that it has itself, which may do anything. No consumer is called so. */
  readonly ownUsers: readonly string[];
  /** What makes topics, and maybe users and rights: it must stand before anybody uses them. */
  readonly setup: readonly pulumi.Resource[];
  /** How a consumer's user is called. */
  usernameOf(consumer: string): string;
  /** Makes a consumer's user; gives what must stand before it can log in. */
  addUser(consumer: string, password: pulumi.Output<string>): readonly pulumi.Resource[];
  /** `relation` names what is made for the consumer. */
  trust(relation: string, consumer: Consumer): Trust;
}
