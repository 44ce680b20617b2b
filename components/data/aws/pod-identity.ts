import { PodIdentityAssociation } from "@pulumi/aws/eks/podIdentityAssociation.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import type { AwsPlace } from "./place.ts";
import { podRolePlan, policyOf, type Statement } from "./pod-identity-plan.ts";

export interface PodIdentityArgs {
  /** Names the resources in the program. */
  readonly name: string;
  /** Name of the role in AWS. */
  readonly role: string;
  readonly namespace: string;
  readonly serviceAccount: string;
  readonly aws: Pick<AwsPlace, "accountId" | "clusterName">;
  /** What its pods may do. */
  readonly statements: pulumi.Output<readonly Statement[]>;
  readonly tags: Record<string, string>;
}

/** Gives the pods of one service account rights in AWS, by EKS Pod Identity: credentials of an hour, and no key to keep. */
export function podIdentity(
  { name, role: roleName, namespace, serviceAccount, aws, statements, tags }: PodIdentityArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.Resource[] {
  const role = new Role(name, podRolePlan(roleName, { namespace, serviceAccount }, aws, tags), opts);
  const policy = new RolePolicy(name, { role: role.id, policy: statements.apply(policyOf) }, opts);
  const { clusterName } = aws;
  const args = { clusterName, namespace, serviceAccount, roleArn: role.arn, tags };
  return [policy, new PodIdentityAssociation(name, args, opts)];
}
