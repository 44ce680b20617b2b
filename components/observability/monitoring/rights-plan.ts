import type { types } from "@pulumi/kubernetes";
import { labels } from "../../core/labels.ts";

/** What Prometheus may do in the whole cluster: see where there is something to read, and read kubelets. No more of a pod than any list shows. */
export const PROMETHEUS_RULES: types.input.rbac.v1.PolicyRule[] = [
  { apiGroups: [""], resources: ["nodes", "pods", "services"], verbs: ["get", "list", "watch"] },
  { apiGroups: ["discovery.k8s.io"], resources: ["endpointslices"], verbs: ["get", "list", "watch"] },
  { apiGroups: [""], resources: ["nodes/metrics"], verbs: ["get"] },
];

/** Roles hold in the whole cluster, so that their names say in which namespace who has them is. */
export function rolePlan(
  name: string,
  namespace: string,
  rules: types.input.rbac.v1.PolicyRule[],
): types.input.rbac.v1.ClusterRole {
  return { metadata: { name: clusterName(name, namespace), labels: labels(name) }, rules };
}

export function bindingPlan(name: string, namespace: string): types.input.rbac.v1.ClusterRoleBinding {
  return {
    metadata: { name: clusterName(name, namespace), labels: labels(name) },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: clusterName(name, namespace) },
    subjects: [{ kind: "ServiceAccount", name, namespace }],
  };
}

function clusterName(name: string, namespace: string): string {
  return `${namespace}-${name}`;
}
