import { optOut, optOutAnnotations } from "../../core/opt-out.ts";
import { API_SERVER_PORTS, type ChartObject, type Operator } from "./operator.ts";

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

/** What its settings are in; its chart makes both. */
const ITS_SECRETS = ["trivy-operator", "trivy-operator-trivy-config"];
const READS = { apiGroups: [""], resources: ["secrets"], verbs: ["get"], resourceNames: ITS_SECRETS };

/**
 * Its chart lets it make, read, change and delete every Secret of its namespace: who may make one and read it gets the token of any account
 * there. At each start it makes the first of its own, and takes it that this is there; besides it reads the two. Nothing lets it delete
 * these, so what it makes has another name, and it cannot read that.
 */
function withOwnSecretsAlone(object: ChartObject): ChartObject {
  if (object.kind !== "Role" || !Array.isArray(object.rules)) return object;
  const rules: readonly { readonly resources?: readonly string[] }[] = object.rules;
  // In a role of its own, that of its lease: together both would be taken for the right to read what it makes.
  if (object.metadata?.name === "trivy-operator-leader-election") return { ...object, rules: [...rules, READS] };
  const made = rules.map((rule) => (rule.resources?.includes("secrets") ? { ...rule, verbs: ["create"] } : rule));
  return { ...object, rules: made };
}

/**
 * Scans the images that run, for a `Scanning`. Its chart's own values have it judge objects, roles and nodes as well, and read and write every
 * Secret of the cluster; here it does what it is there for, and no Secret but those of its settings is its to read. So an
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
        annotations: optOutAnnotations({
          replication: optOut("two would scan everything twice; the next one goes on from the reports that are there"),
          rollingUpdate: optOut("the old one ends before the new one begins: two would make the same jobs"),
          shutdown: optOut("nobody waits for its answers, and its jobs go on without it"),
          automountToken: optOut("it watches workloads and makes jobs, by the rights that its roles name"),
        }),
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
      service: {
        annotations: optOutAnnotations({ metrics: optOut("a Scanning has its pods read, each by itself") }),
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
    "reads workloads, logs of pods, ConfigMaps and roles of every namespace, may make Jobs in each, and writes its reports; makes Secrets in its own, and reads the two of its settings",
  // 8080: metrics. Outwards also registries and the database, which are on 443.
  openPorts: { ingress: [8080], egress: [...API_SERVER_PORTS] },
  change: withOwnSecretsAlone,
} as const satisfies Operator;
