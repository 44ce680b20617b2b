import type { types } from "@pulumi/kubernetes";
import { MANAGED } from "./labels.ts";

/**
 * The service account of the pods of a server: a store, or a part of the platform. It has no rights and no token: with the namespace's default account they would
 * get whatever somebody grants to that.
 */
export function serverAccountPlan(name: string, namespace: string): types.input.core.v1.ServiceAccount {
  return { metadata: { name, namespace, labels: MANAGED }, automountServiceAccountToken: false };
}
