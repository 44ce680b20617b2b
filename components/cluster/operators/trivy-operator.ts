import { API_SERVER_PORTS, type Operator } from "./operator.ts";

/** What the level `restricted` asks of the pods that scan, which run in this namespace. */
const RESTRICTED = {
  runAsNonRoot: true,
  runAsUser: 10_001,
  runAsGroup: 10_001,
  seccompProfile: { type: "RuntimeDefault" },
};
const CONTAINER = {
  allowPrivilegeEscalation: false,
  capabilities: { drop: ["ALL"] },
  privileged: false,
  readOnlyRootFilesystem: true,
};

/**
 * Scans the images that run, for a `Scanning`. Its chart's own values have it judge objects, roles and nodes as well, and read and write every
 * Secret of the cluster; here it does what it is there for, and no Secret outside of its namespace is its to read. So an
 * image that only a workload's pull secret may fetch is not scanned.
 */
export const TRIVY_OPERATOR = {
  name: "trivy-operator",
  title: "Trivy Operator",
  version: "0.28.0",
  namespace: "trivy-system",
  chart: {
    chart: "trivy-operator",
    repository: "https://aquasecurity.github.io/helm-charts/",
    version: "0.30.0",
    values: {
      operator: {
        accessGlobalSecretsAndServiceAccount: false,
        // Objects are judged by the packs and by admission, before they are there.
        configAuditScannerEnabled: false,
        rbacAssessmentScannerEnabled: false,
        infraAssessmentScannerEnabled: false,
        clusterComplianceEnabled: false,
        vulnerabilityScannerEnabled: true,
        exposedSecretScannerEnabled: true,
        sbomGenerationEnabled: true,
        // One scan takes up to 500 MB, and the namespace has room for a dozen pods.
        scanJobsConcurrentLimit: 3,
      },
      trivyOperator: {
        scanJobPodTemplatePodSecurityContext: RESTRICTED,
        scanJobPodTemplateContainerSecurityContext: CONTAINER,
      },
      podSecurityContext: RESTRICTED,
      securityContext: CONTAINER,
      resources: { requests: { cpu: "100m", memory: "512Mi" }, limits: { cpu: "1", memory: "512Mi" } },
    },
  },
  crds: { module: "github.com/aquasecurity/trivy-operator@v0.28.0", folder: "deploy/helm/crds" },
  groups: ["aquasecurity.github.io"],
  rights:
    "reads workloads, logs of pods, ConfigMaps and roles of every namespace, may make Jobs in each, and writes its reports; reads Secrets of its own namespace alone",
  // 8080: metrics. Outwards also registries and the database, which are on 443.
  openPorts: { ingress: [8080], egress: [...API_SERVER_PORTS] },
} as const satisfies Operator;
