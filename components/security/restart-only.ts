import type { types } from "@pulumi/kubernetes";
import { labels } from "../core/labels.ts";

/** The annotation by which `kubectl rollout restart` has pods replaced. */
const RESTARTED = "kubectl.kubernetes.io/restartedAt";

/**
 * Holds the `patch` of some groups to what starts no other program: of a pod's template only the time of its restart may change. RBAC knows no fields,
 * and whoever may change a template can mount every Secret of the namespace. Somebody of these groups who may `update` the object anyway is left alone.
 */
export function restartOnlyPolicy(
  name: string,
  groups: readonly string[],
): types.input.admissionregistration.v1.ValidatingAdmissionPolicy {
  const template = (of: "object" | "oldObject") => `${of}.spec.template`;
  const annotations = (of: "object" | "oldObject") => `${template(of)}.?metadata.?annotations.orValue({})`;
  const same = (at: string, field: string) => `object.${at}.?${field} == oldObject.${at}.?${field}`;
  return {
    metadata: { name, labels: labels(name) },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: {
        resourceRules: [
          { apiGroups: ["apps"], apiVersions: ["v1"], operations: ["UPDATE"], resources: ["deployments"] },
          {
            apiGroups: ["delivery.plumbline.dev"],
            apiVersions: ["v1alpha1"],
            operations: ["UPDATE"],
            resources: ["releases"],
          },
        ],
      },
      matchConditions: [
        {
          name: "by-the-groups",
          expression: `request.userInfo.groups.exists(group, group in ${JSON.stringify(groups)})`,
        },
        {
          name: "who-may-only-patch",
          expression:
            "!authorizer.group(request.resource.group).resource(request.resource.resource).namespace(request.namespace).name(request.name).check('update').allowed()",
        },
      ],
      variables: [
        { name: "now", expression: annotations("object") },
        { name: "before", expression: annotations("oldObject") },
      ],
      validations: [
        {
          expression: `${template("object")}.spec == ${template("oldObject")}.spec`,
          message: "an operator may restart and scale it, and not change what its pods run: spec.template.spec differs",
        },
        {
          expression: `${template("object")}.?metadata.?labels == ${template("oldObject")}.?metadata.?labels`,
          message:
            "an operator may restart and scale it, and not change whom its pods reach: spec.template.metadata.labels differs",
        },
        {
          expression: ["finalizers", "ownerReferences"]
            .flatMap((field) => ["metadata", "spec.template.?metadata"].map((at) => same(at, field)))
            .join(" && "),
          message:
            "an operator may restart and scale it, and not decide when it or its pods go: finalizers or ownerReferences differ",
        },
        {
          expression: [
            `variables.now.all(key, key == '${RESTARTED}' || (key in variables.before && variables.before[key] == variables.now[key]))`,
            `variables.before.all(key, key == '${RESTARTED}' || key in variables.now)`,
          ].join(" && "),
          message: `an operator may restart and scale it: of spec.template.metadata.annotations only ${RESTARTED} may change`,
        },
      ],
    },
  };
}

/** Puts the policy to work in every namespace. */
export function restartOnlyBinding(
  name: string,
): types.input.admissionregistration.v1.ValidatingAdmissionPolicyBinding {
  return { metadata: { name, labels: labels(name) }, spec: { policyName: name, validationActions: ["Deny"] } };
}
