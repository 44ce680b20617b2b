import type * as pulumi from "@pulumi/pulumi";
import type { Grant } from "../core/usage.ts";

/** Whom a consumer trusts to have signed for a store's servers. */
export interface Trust extends Pick<Grant, "issuer" | "authorities"> {
  readonly dependsOn: readonly pulumi.Resource[];
}
