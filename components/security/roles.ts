import { allow, type Grant } from "./grant.ts";

/** What people are to a namespace, from who looks to who builds. */
export const NAMESPACE_ROLES = ["viewer", "operator", "admin"] as const;
export type NamespaceRole = (typeof NAMESPACE_ROLES)[number];

/** What whoever has any role sees of what belongs to no namespace: where pods run, and what there is. Nothing of it is secret. */
export function surroundings(): Grant[] {
  return allow(["get", "list"], {
    "": ["nodes", "namespaces", "persistentvolumes"],
    "gateway.networking.k8s.io": ["gatewayclasses"],
    "cert-manager.io": ["clusterissuers"],
    "external-secrets.io": ["clustersecretstores"],
    "metrics.k8s.io": ["nodes"],
    "storage.k8s.io": ["storageclasses"],
    "scheduling.k8s.io": ["priorityclasses"],
    "apiextensions.k8s.io": ["customresourcedefinitions"],
  });
}

/**
 * Sees what runs in a namespace and how it does. No Secret, not even its name; no log line, which may tell of a person: what was cleaned of that is in
 * the store of logs.
 */
export function viewer(): Grant[] {
  return [
    ...allow(["get", "list", "watch"], {
      "": [
        "pods",
        "services",
        "configmaps",
        "endpoints",
        "events",
        "persistentvolumeclaims",
        "resourcequotas",
        "limitranges",
        "serviceaccounts",
      ],
      apps: ["deployments", "statefulsets", "daemonsets", "replicasets", "controllerrevisions"],
      batch: ["jobs", "cronjobs"],
      autoscaling: ["horizontalpodautoscalers"],
      policy: ["poddisruptionbudgets"],
      "networking.k8s.io": ["networkpolicies", "ingresses"],
      "discovery.k8s.io": ["endpointslices"],
      "coordination.k8s.io": ["leases"],
      "events.k8s.io": ["events"],
      "gateway.networking.k8s.io": ["gateways", "httproutes"],
      "gateway.envoyproxy.io": [
        "envoyproxies",
        "backendtrafficpolicies",
        "clienttrafficpolicies",
        "securitypolicies",
        "envoypatchpolicies",
      ],
      "cert-manager.io": ["certificates", "certificaterequests", "issuers"],
      "acme.cert-manager.io": ["orders", "challenges"],
      "external-secrets.io": ["externalsecrets"],
      "aquasecurity.github.io": ["vulnerabilityreports"],
      "monitoring.coreos.com": ["prometheusrules", "servicemonitors", "podmonitors", "prometheuses", "alertmanagers"],
      "delivery.plumbline.dev": ["releases"],
      "postgresql.cnpg.io": ["clusters", "databases", "poolers", "backups", "scheduledbackups"],
      "kafka.strimzi.io": ["kafkas", "kafkanodepools", "kafkatopics", "kafkausers"],
      "rabbitmq.com": ["rabbitmqclusters"],
      "rbac.authorization.k8s.io": ["roles", "rolebindings"],
    }),
    ...allow(["get", "list"], { "metrics.k8s.io": ["pods"] }),
  ];
}

/**
 * A viewer who is on call: reads logs, restarts, scales services, has a certificate issued anew, promotes a release or takes it back. What runs it cannot change: `restartOnlyPolicy`
 * holds its `patch` to that, which would else be a way to every Secret that a pod can mount. No `exec`, for the same reason.
 */
export function operator(): Grant[] {
  return [
    ...viewer(),
    ...allow(["get"], { "": ["pods/log"] }),
    ...allow(["delete"], { "": ["pods"] }),
    ...allow(["create"], { "": ["pods/eviction"] }),
    ...allow(["patch"], { apps: ["deployments"], "delivery.plumbline.dev": ["releases"] }),
    ...allow(["get", "patch", "update"], { apps: ["deployments/scale"] }),
    ...allow(["patch", "update"], { "cert-manager.io": ["certificates/status"] }),
  ];
}

/**
 * Changes what runs in a namespace. It may make and delete Secrets, and not read them, which a change of one also does. Quotas, network policies, roles
 * and accounts are the platform's. Who can start a program with any account and any Secret of the namespace can do what these can; nothing of RBAC
 * prevents that.
 */
export function admin(): Grant[] {
  return [...operator(), ...changes(), ...allow(["create", "delete"], { "": ["secrets"] })];
}

function changes(): Grant[] {
  return [
    ...allow(["create", "update", "patch", "delete"], {
      "": ["services", "configmaps"],
      apps: ["deployments", "statefulsets", "daemonsets"],
      batch: ["jobs", "cronjobs"],
      autoscaling: ["horizontalpodautoscalers"],
      policy: ["poddisruptionbudgets"],
      "gateway.networking.k8s.io": ["httproutes"],
      "gateway.envoyproxy.io": ["backendtrafficpolicies"],
      "delivery.plumbline.dev": ["releases"],
    }),
    ...allow(["patch"], {
      "": ["persistentvolumeclaims"],
      "postgresql.cnpg.io": ["clusters", "poolers", "scheduledbackups"],
      "kafka.strimzi.io": ["kafkas", "kafkanodepools"],
      "rabbitmq.com": ["rabbitmqclusters"],
    }),
    ...allow(["create"], { "postgresql.cnpg.io": ["backups"] }),
  ];
}

/**
 * For the hour in which nothing else helps: in every namespace what an admin changes, and what else stands in the way of a repair. It enters pods and reads
 * Secrets, but makes none: read back, a new one is a token of any account. It writes no role, webhook or definition: that is for the identity that made the
 * cluster.
 */
export function breakGlass(): Grant[] {
  return [
    ...surroundings(),
    ...operator(),
    ...changes(),
    ...allow(["get", "list", "watch", "delete"], { "": ["secrets"] }),
    ...allow(["create", "get"], { "": ["pods/exec", "pods/portforward"] }),
    // Whoever writes a certificate's names can be any server of an authority: no admin of one namespace does.
    ...allow(["patch"], { "cert-manager.io": ["certificates"] }),
    ...allow(["patch"], { "": ["pods/ephemeralcontainers", "nodes", "resourcequotas"] }),
    ...allow(["delete"], {
      "": ["persistentvolumeclaims"],
      "coordination.k8s.io": ["leases"],
      "cert-manager.io": ["certificates", "certificaterequests"],
      "storage.k8s.io": ["volumeattachments"],
    }),
    ...allow(["get", "list", "watch"], {
      "storage.k8s.io": ["volumeattachments"],
      "rbac.authorization.k8s.io": ["clusterroles", "clusterrolebindings"],
      "admissionregistration.k8s.io": [
        "validatingwebhookconfigurations",
        "mutatingwebhookconfigurations",
        "validatingadmissionpolicies",
        "validatingadmissionpolicybindings",
      ],
    }),
    ...allow(["create", "update", "patch", "delete"], {
      "networking.k8s.io": ["networkpolicies"],
      "gateway.networking.k8s.io": ["gateways"],
      "gateway.envoyproxy.io": ["clienttrafficpolicies"],
    }),
    ...allow(["get", "patch", "update"], { apps: ["statefulsets/scale"] }),
  ];
}
