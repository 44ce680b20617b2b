import type { types } from "@pulumi/kubernetes";
import { ValidatingAdmissionPolicy } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicy.js";
import { ValidatingAdmissionPolicyBinding } from "@pulumi/kubernetes/admissionregistration/v1/validatingAdmissionPolicyBinding.js";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ClusterRole } from "@pulumi/kubernetes/rbac/v1/clusterRole.js";
import { ClusterRoleBinding } from "@pulumi/kubernetes/rbac/v1/clusterRoleBinding.js";
import { RoleBinding } from "@pulumi/kubernetes/rbac/v1/roleBinding.js";
import type * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../cluster/namespace.ts";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import type { Transform } from "../core/transform.ts";
import type { AlertingRule, RulesManifest } from "../observability/rules.ts";
import { accessPlan, type People, peopleProblems } from "./access-plan.ts";
import { breakGlassAlerts } from "./break-glass.ts";
import { restartOnlyBinding, restartOnlyPolicy } from "./restart-only.ts";

export interface AccessArgs extends People {
  /** Where viewers and operators may look and act, each once. */
  readonly namespaces: readonly Namespace[];
  /**
   * Where the alert about the use of `breakGlass` stands: a namespace whose rules Prometheus takes. Nothing is counted unless a collector has
   * `breakGlassReceiver`. None by default.
   */
  readonly alerts?: { readonly namespace: Namespace; readonly runbooks?: string };
  /** Each is asked for every object of its kind, with its name: a cluster role is everywhere, a role binding in one namespace. */
  readonly transform?: {
    readonly clusterRole?: Transform<types.input.rbac.v1.ClusterRole>;
    readonly clusterRoleBinding?: Transform<types.input.rbac.v1.ClusterRoleBinding>;
    readonly roleBinding?: Transform<types.input.rbac.v1.RoleBinding>;
    /** What operators may patch. */
    readonly policy?: Transform<types.input.admissionregistration.v1.ValidatingAdmissionPolicy>;
    readonly policyBinding?: Transform<types.input.admissionregistration.v1.ValidatingAdmissionPolicyBinding>;
    readonly alerts?: Transform<RulesManifest<AlertingRule>>;
  };
}

/**
 * What people may do in a cluster, by the groups in which whoever signs them in says they are (OIDC, or an access entry of EKS). Who is in no group
 * may do nothing. Nobody gets anything alone, and no role has a wildcard.
 *
 * ```ts
 * new Access("people", {
 *   namespaces: [shop, data],
 *   viewer: ["shop-developers"],
 *   operator: ["shop-on-call"],
 *   admin: { shop: ["shop-leads"] },
 *   breakGlass: ["platform-break-glass"],
 * });
 * ```
 */
export class Access extends Component {
  constructor(name: string, args: AccessArgs, opts?: pulumi.ComponentResourceOptions) {
    const { namespaces, alerts, transform, ...people } = args;
    const names = namespaces.map((namespace) => namespace.name);
    refuse(`Access "${name}"`, peopleProblems(name, names, people));
    super("security:Access", name, opts, alerts ? [...namespaces, alerts.namespace] : namespaces);
    const { roles, bindings, clusterBindings } = accessPlan(name, names, people);
    const made: pulumi.Resource[] = roles.map(
      (role) =>
        new ClusterRole(
          ...this.child<types.input.rbac.v1.ClusterRole>(role.metadata.name, role, transform?.clusterRole),
        ),
    );
    if (people.operator?.length) made.push(...this.#restartOnly(`${name}-restart-only`, people.operator, transform));
    const after = { dependsOn: made };
    for (const binding of clusterBindings)
      new ClusterRoleBinding(
        ...this.child<types.input.rbac.v1.ClusterRoleBinding>(
          binding.metadata.name,
          binding,
          transform?.clusterRoleBinding,
          after,
        ),
      );
    for (const binding of bindings) {
      const { namespace, name: role } = binding.metadata;
      new RoleBinding(
        ...this.child<types.input.rbac.v1.RoleBinding>(`${namespace}-${role}`, binding, transform?.roleBinding, after),
      );
    }
    if (alerts && people.breakGlass?.length) {
      const rules = breakGlassAlerts(name, alerts.namespace.name, alerts.runbooks);
      new CustomResource(...this.child(`${name}-alerts`, rules, transform?.alerts));
    }
    this.registerOutputs({});
  }

  #restartOnly(name: string, groups: readonly string[], transform: AccessArgs["transform"]): pulumi.Resource[] {
    const policy = new ValidatingAdmissionPolicy(
      ...this.child(name, restartOnlyPolicy(name, groups), transform?.policy),
    );
    const binding = restartOnlyBinding(name);
    const opts = { dependsOn: policy };
    return [new ValidatingAdmissionPolicyBinding(...this.child(name, binding, transform?.policyBinding, opts))];
  }
}
