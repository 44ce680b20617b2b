const READ = ["get", "list", "watch"] as const;
const ALL = [...READ, "create", "update", "patch", "delete"] as const;
/** How a connection into a pod begins: `create` with SPDY's POST, `get` with a WebSocket. */
const CONNECT = ["create", "get"] as const;

/**
 * What a role for people can give at all: by API group and kind, subresources with a slash, the verbs. What is not here cannot be given: nothing that
 * stands for everything, no `escalate`, `bind` or `impersonate`, no token of a service account, no writing of roles, webhooks or definitions, no way to the
 * kubelets past the API server.
 */
export const KINDS = {
  "": {
    pods: [...READ, "delete"],
    "pods/log": ["get"],
    "pods/eviction": ["create"],
    "pods/exec": CONNECT,
    "pods/portforward": CONNECT,
    "pods/ephemeralcontainers": ["patch"],
    services: ALL,
    configmaps: ALL,
    secrets: [...READ, "create", "delete"],
    endpoints: READ,
    events: READ,
    persistentvolumeclaims: [...READ, "patch", "delete"],
    persistentvolumes: READ,
    resourcequotas: [...READ, "patch"],
    limitranges: READ,
    serviceaccounts: READ,
    nodes: [...READ, "patch"],
    namespaces: READ,
  },
  apps: {
    deployments: ALL,
    "deployments/scale": ["get", "patch", "update"],
    statefulsets: ALL,
    "statefulsets/scale": ["get", "patch", "update"],
    daemonsets: ALL,
    replicasets: READ,
    controllerrevisions: READ,
  },
  batch: { jobs: ALL, cronjobs: ALL },
  autoscaling: { horizontalpodautoscalers: ALL },
  policy: { poddisruptionbudgets: ALL },
  "networking.k8s.io": { networkpolicies: ALL, ingresses: READ },
  "discovery.k8s.io": { endpointslices: READ },
  "coordination.k8s.io": { leases: [...READ, "delete"] },
  "events.k8s.io": { events: READ },
  "gateway.networking.k8s.io": { gatewayclasses: READ, gateways: ALL, httproutes: ALL },
  "gateway.envoyproxy.io": {
    envoyproxies: READ,
    backendtrafficpolicies: ALL,
    clienttrafficpolicies: ALL,
    securitypolicies: READ,
    envoypatchpolicies: READ,
  },
  "cert-manager.io": {
    certificates: [...READ, "patch", "delete"],
    // To have one issued anew, as `cmctl renew` does.
    "certificates/status": ["update", "patch"],
    certificaterequests: [...READ, "delete"],
    issuers: READ,
    clusterissuers: READ,
  },
  "acme.cert-manager.io": { orders: READ, challenges: READ },
  "external-secrets.io": { externalsecrets: READ, clustersecretstores: READ },
  "aquasecurity.github.io": { vulnerabilityreports: READ },
  "monitoring.coreos.com": {
    prometheusrules: READ,
    servicemonitors: READ,
    podmonitors: READ,
    prometheuses: READ,
    alertmanagers: READ,
  },
  "delivery.plumbline.dev": { releases: ALL },
  "postgresql.cnpg.io": {
    clusters: [...READ, "patch"],
    databases: READ,
    poolers: [...READ, "patch"],
    backups: [...READ, "create"],
    scheduledbackups: [...READ, "patch"],
  },
  "kafka.strimzi.io": {
    kafkas: [...READ, "patch"],
    kafkanodepools: [...READ, "patch"],
    kafkatopics: READ,
    kafkausers: READ,
  },
  "rabbitmq.com": { rabbitmqclusters: [...READ, "patch"] },
  "metrics.k8s.io": { pods: ["get", "list"], nodes: ["get", "list"] },
  "storage.k8s.io": { storageclasses: READ, volumeattachments: [...READ, "delete"] },
  "scheduling.k8s.io": { priorityclasses: READ },
  "rbac.authorization.k8s.io": { roles: READ, rolebindings: READ, clusterroles: READ, clusterrolebindings: READ },
  "apiextensions.k8s.io": { customresourcedefinitions: READ },
  "admissionregistration.k8s.io": {
    validatingwebhookconfigurations: READ,
    mutatingwebhookconfigurations: READ,
    validatingadmissionpolicies: READ,
    validatingadmissionpolicybindings: READ,
  },
} as const satisfies Record<string, Record<string, readonly Verb[]>>;

export type Verb = (typeof ALL)[number];
export type ApiGroup = keyof typeof KINDS;

/** The kinds of a group on which a role can have all of these verbs. */
export type KindWith<Group extends ApiGroup, Verbs extends Verb> = {
  [Kind in keyof (typeof KINDS)[Group]]: (typeof KINDS)[Group][Kind] extends readonly (infer Allowed)[]
    ? [Verbs] extends [Allowed]
      ? Kind
      : never
    : never;
}[keyof (typeof KINDS)[Group]];
