import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { NetworkPolicy } from "@pulumi/kubernetes/networking/v1/networkPolicy.js";
import { PodDisruptionBudget } from "@pulumi/kubernetes/policy/v1/podDisruptionBudget.js";
import type * as pulumi from "@pulumi/pulumi";
import { RandomPassword } from "@pulumi/random/randomPassword.js";
import type { Children } from "../../core/component.ts";
import { labels } from "../../core/labels.ts";
import type { Transform } from "../../core/transform.ts";
import { basicAuth, PASSWORD } from "../credential.ts";
import type { CompleteArgs } from "./args.ts";
import type { PoolerManifest } from "./cnpg.ts";
import { type Access, POOLER } from "./plan.ts";
import type { CompletePooler } from "./pooler-args.ts";
import { ASKER, poolerBudgetPlan, poolerName, poolerNetworkPlan, poolerPlan } from "./pooler-plan.ts";

/** What a pooler stands before, and who comes through it. */
interface Before {
  readonly args: CompleteArgs;
  readonly cluster: pulumi.Resource;
  readonly accesses: pulumi.Output<readonly Access[]>;
  /** The operator gives a role the password of a Secret with this label. */
  readonly watched: Readonly<Record<string, string>>;
}

/** The pooler of a Postgres, which CloudNativePG runs. Gives what stands when consumers may come. */
export function makePooler(
  name: string,
  pooler: CompletePooler,
  { args, cluster, accesses, watched }: Before,
  children: Children,
  transform: Transform<PoolerManifest> | undefined,
): pulumi.Resource {
  const namespace = args.namespace.name;
  const called = poolerName(name);
  const keepers = { rotation: String(args.rotation) };
  const { result } = new RandomPassword(...children.child(called, { ...PASSWORD, keepers }));
  const secret = basicAuth(called, namespace, ASKER, result, children.options(), watched);
  const network = new NetworkPolicy(
    ...children.child(called, {
      metadata: { name: called, namespace, labels: labels(name, POOLER) },
      spec: accesses.apply((all) => poolerNetworkPlan(name, namespace, all)),
    }),
  );
  new PodDisruptionBudget(...children.child(called, poolerBudgetPlan(name, namespace)));
  const dependsOn = [cluster, network, secret];
  return new CustomResource(
    ...children.child(called, poolerPlan(name, args, pooler, accesses), transform, { dependsOn }),
  );
}
