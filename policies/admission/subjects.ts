import { OPERATED } from "../core/operated.ts";
import { operatedValues } from "./operated.ts";

/** What a policy of the cluster is asked about: `matchConstraints.resourceRules` of a ValidatingAdmissionPolicy. */
export interface ResourceRule {
  readonly apiGroups: readonly string[];
  readonly apiVersions: readonly string[];
  readonly operations: readonly ("CREATE" | "UPDATE")[];
  readonly resources: readonly string[];
}

/** A part of an object that expressions use by name, as `variables.<name>`. */
interface Variable {
  readonly name: string;
  readonly expression: string;
}

/** Objects that are judged alike: their rules share one policy, and what it has read of the object. */
export interface Subjects {
  /** As it stands in the names of policies. */
  readonly name: string;
  readonly resourceRules: readonly ResourceRule[];
  readonly variables: readonly Variable[];
  /** Demands on the request without which nothing is judged, by name. */
  readonly conditions?: Readonly<Record<string, string>>;
}

const ANNOTATIONS: Variable = { name: "annotations", expression: "object.metadata.?annotations.orValue({})" };

/**
 * The pod that an object makes, wherever the kind keeps it. `dyn`: where types are checked, a Deployment has no
 * jobTemplate. A Rollout may leave its template to a Deployment, which is judged by itself.
 */
const TEMPLATE = [
  'object.kind == "Pod" ? dyn(object)',
  'object.kind == "PodTemplate" ? dyn(object).template',
  'object.kind == "CronJob" ? dyn(object).spec.jobTemplate.spec.template',
  "dyn(object).spec.?template.orValue({})",
].join(" : ");

const CONTEXTS: readonly Variable[] = [
  { name: "contexts", expression: "variables.containers.map(c, c.?securityContext.orValue({}))" },
  { name: "podContexts", expression: "variables.specs.map(s, s.?securityContext.orValue({}))" },
  { name: "allContexts", expression: "variables.podContexts + variables.contexts" },
];

/** Everything that makes pods, with what its rules read of them. Containers are all of them, whatever they are for. */
export const POD_MAKERS: Subjects = {
  name: "pods",
  resourceRules: [
    on("", ["pods", "podtemplates", "replicationcontrollers"]),
    on("apps", ["deployments", "statefulsets", "daemonsets", "replicasets"]),
    on("batch", ["jobs", "cronjobs"]),
    on("argoproj.io", ["rollouts"]),
    on("delivery.plumbline.dev", ["releases"]),
  ],
  variables: [
    ANNOTATIONS,
    { name: "template", expression: TEMPLATE },
    { name: "spec", expression: "variables.template.?spec.orValue({})" },
    { name: "specs", expression: "[variables.spec]" },
    { name: "podContext", expression: "variables.spec.?securityContext.orValue({})" },
    { name: "podAnnotations", expression: "[variables.template.?metadata.?annotations.orValue({})]" },
    { name: "volumes", expression: "variables.spec.?volumes.orValue([])" },
    { name: "main", expression: "variables.spec.?containers.orValue([])" },
    { name: "sized", expression: "variables.spec.?initContainers.orValue([]) + variables.main" },
    { name: "containers", expression: "variables.sized + variables.spec.?ephemeralContainers.orValue([])" },
    ...CONTEXTS,
    {
      name: "images",
      expression: `variables.containers.map(c, c.?image.orValue(""))
        + variables.volumes.filter(v, has(v.image)).map(v, v.image.?reference.orValue(""))`,
    },
    { name: "windows", expression: 'variables.spec.?os.?name.orValue("") == "windows"' },
    { name: "ownUsers", expression: "variables.spec.?hostUsers.orValue(true) == false" },
    { name: "endless", expression: '!(object.kind in ["Job", "CronJob"])' },
  ],
  // The pods of a workload that has opted out do not carry its reason: their labels may be changed, their programs not.
  conditions: {
    "a-pod-that-is-made-or-changed":
      'object.kind != "Pod" || request.operation == "CREATE" || object.spec != oldObject.spec',
  },
};

/**
 * What operators make pods of, with what it says of these. Those pods come from whom the cluster trusts, and nobody judges them; so what people
 * can have an operator put into them is judged where they say it. What is left out is the operator's to say.
 */
export const OPERATED_PODS: Subjects = {
  name: "operated-pods",
  resourceRules: [...Map.groupBy(Object.values(OPERATED), ({ group }) => group)].map(([group, kinds]) =>
    on(
      group,
      kinds.map(({ plural }) => plural),
    ),
  ),
  variables: [
    ANNOTATIONS,
    { name: "specs", expression: operatedValues("specs") },
    { name: "podAnnotations", expression: operatedValues("annotations") },
    { name: "volumes", expression: operatedValues("volumes") },
    { name: "containers", expression: operatedValues("containers") },
    ...CONTEXTS,
    {
      name: "images",
      expression: `(${operatedValues("images")} + variables.containers.map(c, c.?image.orValue(""))
        + variables.volumes.filter(v, has(v.image)).map(v, v.image.?reference.orValue(""))).filter(i, i != "")`,
    },
    { name: "imageParts", expression: operatedValues("imageParts") },
    { name: "seccompProfiles", expression: operatedValues("seccompProfiles") },
    { name: "ownUsers", expression: "false" },
  ],
};

export const DEPLOYMENTS = plain("deployments", [on("apps", ["deployments"])]);
/** What keeps its old revisions. */
export const REVISED = plain("revisions", [
  on("apps", ["deployments", "statefulsets", "daemonsets"]),
  on("argoproj.io", ["rollouts"]),
  on("delivery.plumbline.dev", ["releases"]),
]);
export const BARE_PODS = plain("bare-pods", [on("", ["pods"], ["CREATE"])]);
export const JOBS = plain("jobs", [on("batch", ["jobs", "cronjobs"])]);
export const AUTOSCALERS = plain("autoscalers", [on("autoscaling", ["horizontalpodautoscalers"], undefined, ["v2"])]);
export const VOLUMES = plain("volumes", [on("", ["persistentvolumes"])]);
export const NAMESPACES = plain("namespaces", [on("", ["namespaces"])]);
export const ACCOUNTS = plain("accounts", [on("", ["serviceaccounts"])]);
export const SECRETS = plain("secrets", [on("", ["secrets"])]);
export const SERVICES = plain("services", [on("", ["services"])]);
export const NETWORK_POLICIES = plain("network-policies", [on("networking.k8s.io", ["networkpolicies"])]);
export const INGRESSES = plain("ingresses", [on("networking.k8s.io", ["ingresses"])]);
export const GATEWAYS = plain("gateways", [on("gateway.networking.k8s.io", ["gateways"])]);
export const ROUTES = plain("routes", [on("gateway.networking.k8s.io", ["httproutes", "grpcroutes", "tlsroutes"])]);
export const ROLES: Subjects = {
  ...plain("roles", [on("rbac.authorization.k8s.io", ["roles", "clusterroles"])]),
  // A role without rules has null for them.
  variables: [ANNOTATIONS, { name: "rules", expression: "object.rules == null ? [] : dyn(object.rules)" }],
};
export const BINDINGS = plain("bindings", [on("rbac.authorization.k8s.io", ["rolebindings", "clusterrolebindings"])]);

function plain(name: string, resourceRules: readonly ResourceRule[]): Subjects {
  return { name, resourceRules, variables: [ANNOTATIONS] };
}

function on(
  group: string,
  resources: readonly string[],
  operations: ResourceRule["operations"] = ["CREATE", "UPDATE"],
  versions: readonly string[] = ["*"],
): ResourceRule {
  return { apiGroups: [group], apiVersions: versions, operations, resources };
}
