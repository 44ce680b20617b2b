import { isTrue, SKIP_AWAIT, WAIT_FOR } from "../annotations.ts";
import { annotationsOf, groupOf, type KubeObject } from "../object.ts";
import { byConditions, customResourceDefinition } from "./custom.ts";
import { deployment } from "./deployment.ts";
import { job, pod } from "./pod.ts";
import type { Rule } from "./readiness.ts";
import { daemonSet, replicaSet, statefulSet } from "./replicated.ts";
import { ingress, service } from "./service.ts";
import { persistentVolume, persistentVolumeClaim, resourceQuota, secret } from "./storage.ts";
import { parseWaitFor } from "./wait-for.ts";

/** By group and kind. */
const RULES: Readonly<Record<string, Rule>> = {
  "apps/Deployment": deployment,
  "apps/StatefulSet": statefulSet,
  "apps/DaemonSet": daemonSet,
  "apps/ReplicaSet": replicaSet,
  "batch/Job": job,
  "networking.k8s.io/Ingress": ingress,
  "apiextensions.k8s.io/CustomResourceDefinition": customResourceDefinition,
  "/Pod": pod,
  "/ReplicationController": replicaSet,
  "/Service": service,
  "/PersistentVolume": persistentVolume,
  "/PersistentVolumeClaim": persistentVolumeClaim,
  "/ResourceQuota": resourceQuota,
  "/Secret": secret,
};

/** Kinds that are deleted without a wait when `skipAwait` is set; all others are waited for all the same. */
const SKIP_ON_DELETE = [
  "/Namespace",
  "/Pod",
  "/ReplicationController",
  "apps/DaemonSet",
  "apps/Deployment",
  "apps/StatefulSet",
  "batch/Job",
];

/**
 * What an object is waited for by, or `undefined` for nothing: its annotations come first, then the rule of its kind,
 * then, if `awaitAll` is set, its conditions. `given` is the object as the program wrote it. Throws `WaitForError`.
 */
export function ruleFor(given: KubeObject, awaitAll: boolean): Rule | undefined {
  if (isTrue(given, SKIP_AWAIT)) return undefined;
  const waitFor = annotationsOf(given)[WAIT_FOR];
  if (waitFor) return parseWaitFor(waitFor);
  return ruleOfKind(given) ?? (awaitAll ? byConditions : undefined);
}

export function ruleOfKind({ apiVersion, kind }: KubeObject): Rule | undefined {
  return RULES[idOfKind(apiVersion, kind)];
}

export function skipsDeleteWait(given: KubeObject): boolean {
  return isTrue(given, SKIP_AWAIT) && SKIP_ON_DELETE.includes(idOfKind(given.apiVersion, given.kind));
}

function idOfKind(apiVersion: string, kind: string): string {
  return `${groupOf(apiVersion)}/${kind}`;
}
