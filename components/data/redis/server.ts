import type * as pulumi from "@pulumi/pulumi";
import type { Consumer, Grant } from "../../core/usage.ts";

/** A server of Redis, wherever it runs. */
export interface Server {
  /** Host of the primary, and its port. */
  readonly endpoint: pulumi.Output<string>;
  /** Gives a consumer an account of its own, and tells it where the server is. */
  grant(consumer: Consumer): Grant;
}
