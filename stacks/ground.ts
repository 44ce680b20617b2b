import type * as pulumi from "@pulumi/pulumi";
import type { Environment } from "./environment.ts";

/** What all parts of a stack have in common: their environment, and `on`, the options of what is made in its cluster. */
export function groundOf(
  environment: Environment,
  on: pulumi.CustomResourceOptions & { readonly dependsOn: pulumi.Resource },
) {
  const { tier, zones, runbooks } = environment;
  const read = runbooks === undefined ? {} : { runbooks };
  return {
    environment,
    on,
    /** Of what has pods. */
    placed: { zones, ...read },
    /** Of what keeps data: a rehearsal's ends with its stack. */
    kept: { retain: tier !== "rehearsal", ...read },
  };
}

export type Ground = ReturnType<typeof groundOf>;
