import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { CustomResource } from "@pulumi/kubernetes/apiextensions/customResource.js";
import { ServiceAccount } from "@pulumi/kubernetes/core/v1/serviceAccount.js";
import * as pulumi from "@pulumi/pulumi";
import type { Namespace } from "../../cluster/namespace.ts";
import { Component } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { MANAGED } from "../../core/labels.ts";
import { refuseShape, type Shapes } from "../../core/shape.ts";
import type { Transform } from "../../core/transform.ts";
import { awsName } from "../../data/aws/name.ts";
import { LONGEST_ROLE, policyOf } from "../../data/aws/pod-identity-plan.ts";
import { secretsAlertsPlan, secretsMonitorPlan } from "./alerts.ts";
import type { ClusterSecretStoreManifest } from "./manifests.ts";
import {
  type AwsSecrets,
  type SourcePlanArgs,
  sourceAccountPlan,
  sourcePlan,
  sourceProblems,
  sourceRolePlan,
  sourceStatements,
} from "./source-plan.ts";

export interface SecretSourceArgs extends AwsSecrets {
  /** Namespaces that may have Secrets made of it: whoever may write an ExternalSecret there reads all below the prefix. */
  readonly namespaces: readonly Namespace[];
  /** Tags of its role. */
  readonly tags?: Readonly<Record<string, string>>;
  /** Where people read `docs/runbooks`. Without it the alerts do not say. */
  readonly runbooks?: string | undefined;
  readonly transform?: { readonly store?: Transform<ClusterSecretStoreManifest> };
}

const SHAPES: Shapes = {
  region: "a text",
  prefix: "a text",
  accountId: "a text",
  oidcProvider: "a text",
  "kmsKeyArn?": "a text",
  namespaces: "a list of objects",
  "tags?": "an object",
  "transform?": "an object",
};

/**
 * AWS Secrets Manager, as the External Secrets Operator reads it: with a role of its own, which may read what begins with its prefix and
 * nothing else. The cluster must have the operator: `also: ["externalSecrets"]`.
 */
export class SecretSource extends Component {
  /** What an ExternalSecret needs to know of it. */
  readonly names: { readonly name: string; readonly prefix: string; readonly namespaces: readonly string[] };

  constructor(name: string, args: SecretSourceArgs, opts?: pulumi.ComponentResourceOptions) {
    refuseShape(`SecretSource "${name}"`, args, SHAPES);
    const namespaces = args.namespaces.map((one) => one.name);
    const plan: SourcePlanArgs = { ...args, name, namespaces };
    refuse(`SecretSource "${name}"`, sourceProblems(plan));
    super("security:SecretSource", name, opts, [...args.namespaces]);
    this.names = { name, prefix: args.prefix, namespaces };

    const roleName = awsName(pulumi.getStack(), `${name}-secrets`, LONGEST_ROLE);
    const role = new Role(...this.child(name, sourceRolePlan(roleName, plan, { ...MANAGED, ...args.tags })));
    const policy = { role: role.id, policy: policyOf(sourceStatements(plan)) };
    const rights = new RolePolicy(...this.child(name, policy));
    const account = new ServiceAccount(...this.child(name, sourceAccountPlan(name, role.arn)));
    const store = this.child(name, sourcePlan(plan), args.transform?.store, { dependsOn: [rights, account] });
    new CustomResource(...store);
    new CustomResource(...this.child(`${name}-metrics`, secretsMonitorPlan(name)));
    new CustomResource(...this.child(`${name}-alerts`, secretsAlertsPlan(name, args.runbooks)));
    this.registerOutputs({});
  }
}
