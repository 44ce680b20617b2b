import { makesPods } from "../../core/pods.ts";
import type { StackObject } from "../../core/stack-object.ts";

/** The kinds of Kubernetes itself that belong to no namespace (v1.36). */
const CLUSTER_KINDS = new Set([
  "APIService",
  "CSIDriver",
  "CSINode",
  "CertificateSigningRequest",
  "ClusterRole",
  "ClusterRoleBinding",
  "ClusterTrustBundle",
  "ComponentStatus",
  "CustomResourceDefinition",
  "DeviceClass",
  "DeviceTaintRule",
  "FlowSchema",
  "IPAddress",
  "IngressClass",
  "MutatingAdmissionPolicy",
  "MutatingAdmissionPolicyBinding",
  "MutatingWebhookConfiguration",
  "Namespace",
  "Node",
  "PersistentVolume",
  "PodSecurityPolicy",
  "PriorityClass",
  "PriorityLevelConfiguration",
  "ResourceSlice",
  "RuntimeClass",
  "SelfSubjectAccessReview",
  "SelfSubjectReview",
  "SelfSubjectRulesReview",
  "ServiceCIDR",
  "StorageClass",
  "StorageVersion",
  "StorageVersionMigration",
  "SubjectAccessReview",
  "TokenReview",
  "ValidatingAdmissionPolicy",
  "ValidatingAdmissionPolicyBinding",
  "ValidatingWebhookConfiguration",
  "VolumeAttachment",
  "VolumeAttributesClass",
]);

/** The groups of Kubernetes itself that do not end in `.k8s.io`. */
const GROUPS = new Set(["", "apps", "autoscaling", "batch", "extensions", "policy"]);
/** Groups of the project that end so, too, but are CRDs: what scope theirs have is not known here. */
const OF_CRDS = /^(?:gateway|cluster|snapshot\.storage|metrics|custom\.metrics|node\.kubernetes)\b/;

/** What Pulumi calls resources of Kubernetes though they are none: they stand for the objects that they make. */
const OF_PULUMI = new Set(["helm.sh", "kustomize", "yaml"]);

/** Whether it is an object of Kubernetes with metadata of its own. */
export function isObject({ group, kind }: StackObject): boolean {
  return kind !== undefined && !OF_PULUMI.has(group ?? "");
}

export type Scope = "namespace" | "cluster" | "unknown";

/** Whether an object belongs into a namespace. Of other people's APIs that is not known. */
export function scopeOf(object: StackObject): Scope {
  const { group, kind } = object;
  if (group === undefined || kind === undefined) return "unknown";
  if (makesPods(object)) return "namespace";
  const ours = GROUPS.has(group) || (group.endsWith(".k8s.io") && !OF_CRDS.test(group));
  if (!ours) return "unknown";
  return CLUSTER_KINDS.has(kind) ? "cluster" : "namespace";
}
