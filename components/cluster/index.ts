export { Admission, type AdmissionArgs, type AdmissionManifest } from "./admission.ts";
export { Cluster, type ClusterArgs } from "./cluster.ts";
export { Namespace, type NamespaceArgs } from "./namespace.ts";
export type { OpenPorts, Quota } from "./namespace-plan.ts";
export { OPERATORS, OPTIONAL_OPERATORS, type Operator, type OptionalOperator } from "./operators/index.ts";
