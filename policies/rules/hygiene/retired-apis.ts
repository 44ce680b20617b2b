/** An API that Kubernetes has given up, or is about to: minor versions of Kubernetes 1. */
export interface RetiredApi {
  readonly kinds: readonly string[];
  readonly deprecated: number;
  /** The first version that does not serve it. Absent: none is announced. */
  readonly removed?: number;
  /** The API to use instead. Absent: there is none. */
  readonly instead?: string;
}

const api = (kinds: string, deprecated: number, removed?: number, instead?: string): RetiredApi => ({
  kinds: kinds.split(" "),
  deprecated,
  ...(removed !== undefined && { removed }),
  ...(instead !== undefined && { instead }),
});

const RBAC = "ClusterRole ClusterRoleBinding Role RoleBinding";
const FLOW = "FlowSchema PriorityLevelConfiguration";
const CLAIMS = "DeviceClass ResourceClaim ResourceClaimTemplate ResourceSlice";

/**
 * Retired APIs by group and version. From the lifecycle marks of k8s.io/api (0.34 and 0.36), k8s.io/apiextensions-apiserver
 * and k8s.io/kube-aggregator, and Kubernetes' guide of deprecated APIs for what is no longer in these. Where only the
 * removal is known, both numbers are that one.
 */
export const RETIRED: Readonly<Record<string, readonly RetiredApi[]>> = {
  v1: [api("Endpoints", 33, undefined, "discovery.k8s.io/v1 EndpointSlice"), api("ComponentStatus", 19)],
  "admissionregistration.k8s.io/v1alpha1": [
    api("ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding", 29, 32, "admissionregistration.k8s.io/v1"),
    api("MutatingAdmissionPolicy MutatingAdmissionPolicyBinding", 35, 38, "admissionregistration.k8s.io/v1"),
  ],
  "admissionregistration.k8s.io/v1beta1": [
    api("MutatingWebhookConfiguration ValidatingWebhookConfiguration", 16, 22, "admissionregistration.k8s.io/v1"),
    api("ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding", 31, 34, "admissionregistration.k8s.io/v1"),
    api("MutatingAdmissionPolicy MutatingAdmissionPolicyBinding", 37, 40, "admissionregistration.k8s.io/v1"),
  ],
  "apiextensions.k8s.io/v1beta1": [api("CustomResourceDefinition", 16, 22, "apiextensions.k8s.io/v1")],
  "apiregistration.k8s.io/v1beta1": [api("APIService", 19, 22, "apiregistration.k8s.io/v1")],
  "apps/v1beta1": [api("ControllerRevision Deployment ReplicaSet StatefulSet", 8, 16, "apps/v1")],
  "apps/v1beta2": [api("ControllerRevision DaemonSet Deployment ReplicaSet StatefulSet", 9, 16, "apps/v1")],
  "authentication.k8s.io/v1alpha1": [api("SelfSubjectReview", 29, 32, "authentication.k8s.io/v1")],
  "authentication.k8s.io/v1beta1": [
    api("TokenReview", 19, 22, "authentication.k8s.io/v1"),
    api("SelfSubjectReview", 30, 33, "authentication.k8s.io/v1"),
  ],
  "authorization.k8s.io/v1beta1": [
    api(
      "LocalSubjectAccessReview SelfSubjectAccessReview SelfSubjectRulesReview SubjectAccessReview",
      19,
      22,
      "authorization.k8s.io/v1",
    ),
  ],
  "autoscaling/v2beta1": [api("HorizontalPodAutoscaler", 22, 25, "autoscaling/v2")],
  "autoscaling/v2beta2": [api("HorizontalPodAutoscaler", 23, 26, "autoscaling/v2")],
  "batch/v1beta1": [api("CronJob", 21, 25, "batch/v1")],
  "batch/v2alpha1": [api("CronJob", 21, 21, "batch/v1")],
  "certificates.k8s.io/v1alpha1": [api("ClusterTrustBundle", 34, 37, "certificates.k8s.io/v1beta1")],
  "certificates.k8s.io/v1beta1": [api("CertificateSigningRequest", 19, 22, "certificates.k8s.io/v1")],
  "coordination.k8s.io/v1alpha2": [api("LeaseCandidate", 35, 38, "coordination.k8s.io/v1beta1")],
  "coordination.k8s.io/v1beta1": [api("Lease", 19, 22, "coordination.k8s.io/v1")],
  "discovery.k8s.io/v1beta1": [api("EndpointSlice", 21, 25, "discovery.k8s.io/v1")],
  "events.k8s.io/v1beta1": [api("Event", 22, 25, "events.k8s.io/v1")],
  "extensions/v1beta1": [
    api("DaemonSet Deployment ReplicaSet", 8, 16, "apps/v1"),
    api("NetworkPolicy", 9, 16, "networking.k8s.io/v1"),
    api("PodSecurityPolicy", 10, 16),
    api("Ingress", 14, 22, "networking.k8s.io/v1"),
  ],
  "flowcontrol.apiserver.k8s.io/v1beta1": [api(FLOW, 23, 26, "flowcontrol.apiserver.k8s.io/v1")],
  "flowcontrol.apiserver.k8s.io/v1beta2": [api(FLOW, 26, 29, "flowcontrol.apiserver.k8s.io/v1")],
  "flowcontrol.apiserver.k8s.io/v1beta3": [api(FLOW, 29, 32, "flowcontrol.apiserver.k8s.io/v1")],
  "networking.k8s.io/v1beta1": [
    api("Ingress IngressClass", 19, 22, "networking.k8s.io/v1"),
    api("IPAddress ServiceCIDR", 34, 37, "networking.k8s.io/v1"),
  ],
  "node.k8s.io/v1beta1": [api("RuntimeClass", 22, 25, "node.k8s.io/v1")],
  "policy/v1beta1": [api("PodDisruptionBudget", 21, 25, "policy/v1"), api("PodSecurityPolicy", 21, 25)],
  "rbac.authorization.k8s.io/v1alpha1": [api(RBAC, 17, 23, "rbac.authorization.k8s.io/v1")],
  "rbac.authorization.k8s.io/v1beta1": [api(RBAC, 17, 22, "rbac.authorization.k8s.io/v1")],
  "resource.k8s.io/v1beta1": [api(CLAIMS, 35, 38, "resource.k8s.io/v1")],
  "resource.k8s.io/v1beta2": [api(CLAIMS, 36, 39, "resource.k8s.io/v1")],
  "scheduling.k8s.io/v1alpha1": [api("PriorityClass", 14, 23, "scheduling.k8s.io/v1")],
  "scheduling.k8s.io/v1beta1": [api("PriorityClass", 14, 22, "scheduling.k8s.io/v1")],
  "settings.k8s.io/v1alpha1": [api("PodPreset", 20, 20)],
  "storage.k8s.io/v1alpha1": [
    api("CSIStorageCapacity VolumeAttachment", 21, 24, "storage.k8s.io/v1"),
    api("VolumeAttributesClass", 32, 35, "storage.k8s.io/v1"),
  ],
  "storage.k8s.io/v1beta1": [
    api("CSINode", 17, 22, "storage.k8s.io/v1"),
    api("CSIDriver StorageClass VolumeAttachment", 19, 22, "storage.k8s.io/v1"),
    api("CSIStorageCapacity", 24, 27, "storage.k8s.io/v1"),
    api("VolumeAttributesClass", 34, 37, "storage.k8s.io/v1"),
  ],
};
