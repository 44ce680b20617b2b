import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import type { Transform } from "../../core/transform.ts";
import type { CompleteArgs } from "./args.ts";
import type { PoolerManifest } from "./cnpg.ts";
import { type Access, POOLER } from "./plan.ts";
import type { CompletePooler } from "./pooler-args.ts";
import { poolerBudgetPlan, poolerName, poolerNetworkPlan, poolerPlan } from "./pooler-plan.ts";

/** The pooler of a Postgres, which CloudNativePG runs; made after the Cluster. Gives what stands when consumers may come. */
export function makePooler(
  name: string,
  args: CompleteArgs,
  pooler: CompletePooler,
  accesses: pulumi.Output<readonly Access[]>,
  children: Children,
  cluster: pulumi.Resource,
  transform: Transform<PoolerManifest> | undefined,
): pulumi.Resource {
  const namespace = args.namespace.name;
  const called = poolerName(name);
  const network = new NetworkPolicy(
    ...children.child(called, {
      metadata: { name: called, namespace, labels: labels(name, POOLER) },
      spec: accesses.apply((all) => poolerNetworkPlan(name, namespace, all)),
    }),
  );
  new PodDisruptionBudget(...children.child(called, poolerBudgetPlan(name, namespace)));
  const dependsOn = [cluster, network];
  return new CustomResource(
    ...children.child(called, poolerPlan(name, args, pooler, accesses), transform, { dependsOn }),
  );
}
