import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import type * as pulumi from "@pulumi/pulumi";
import { MANAGED } from "../core/labels.ts";

/**
 * The service account of a store's own pods. It has no rights and no token: with the namespace's default account they would
 * get whatever somebody grants to that.
 */
export function serverAccount(name: string, namespace: string, opts: pulumi.CustomResourceOptions): ServiceAccount {
  return new ServiceAccount(
    name,
    { metadata: { name, namespace, labels: MANAGED }, automountServiceAccountToken: false },
    opts,
  );
}
