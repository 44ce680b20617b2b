import type { types } from "@pulumi/kubernetes";
import { StatefulSet } from "@pulumi/kubernetes/apps/v1/statefulSet.js";
import { PersistentVolumeClaim } from "@pulumi/kubernetes/core/v1/persistentVolumeClaim.js";
import type * as pulumi from "@pulumi/pulumi";
import { claimPlans } from "./claim-plan.ts";
import { growsOnly } from "./shrink.ts";

const CLAIM = { asked: ["spec", "resources", "requests", "storage"], has: ["status", "capacity", "storage"] };

/** A child's constructor arguments, as `Component.child` gives them. */
type Child<Args> = readonly [name: string, args: Args, opts: pulumi.CustomResourceOptions];

/**
 * Makes the claims of a set's pods, then the set. So a volume grows by an update of its claim, and the set, whose templates
 * cannot change, is left as it is: they keep the size that it was made with, and no pod of it ever asks for one of them.
 *
 * `subject` is whose set it is, for errors; `claimOptions` are those of the claims: their parent, and whether they are kept.
 */
export function setWithClaims(
  subject: string,
  [name, args, opts]: Child<types.input.apps.v1.StatefulSet>,
  claimOptions: pulumi.CustomResourceOptions,
): StatefulSet {
  const hooks = { beforeUpdate: [growsOnly(name, subject, CLAIM)] };
  const claims = claimPlans(subject, args).map((plan) => {
    const { name: claim } = plan.metadata as { readonly name: string };
    return new PersistentVolumeClaim(claim, plan, { ...claimOptions, hooks });
  });
  return new StatefulSet(name, args, {
    ...opts,
    dependsOn: [opts.dependsOn ?? [], claims].flat() as pulumi.Resource[],
    ignoreChanges: [...(opts.ignoreChanges ?? []), "spec.volumeClaimTemplates"],
  });
}
