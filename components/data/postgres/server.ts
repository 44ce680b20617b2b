import type * as pulumi from "@pulumi/pulumi";
import type { Consumer, Grant } from "../../core/usage.ts";
import type { Trust } from "../trust.ts";
import type { Access } from "./plan.ts";

/** Where a consumer that was let in connects to. */
export interface Admission extends Pick<Grant, "peers" | "dependsOn"> {
  readonly host: pulumi.Input<string>;
  readonly port: number;
}

/** A server of Postgres, wherever it runs. */
export interface Server {
  /** Host that takes writes, and its port. */
  readonly endpoint: pulumi.Output<string>;
  /** Host that answers reads from a replica. */
  readonly readerEndpoint: pulumi.Output<string>;
  /** Gives a consumer a role of its own, with a password, and tells it where the server is. */
  admit(access: Access, password: pulumi.Output<string>): Admission;
  /** `relation` names what is made for the consumer. Who signs for the way that comes with a right is not who signs for every way. */
  trust(relation: string, consumer: Consumer, right: Access["right"]): Trust;
}
