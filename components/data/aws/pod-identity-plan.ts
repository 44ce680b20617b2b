import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { AwsPlace } from "./place.ts";

/** Where the agent on each node gives pods their credentials (EKS user guide, "EKS Pod Identity"): an address that never leaves the node. */
export const POD_IDENTITY_AGENT = { cidr: "169.254.170.23/32", port: 80 };

/** Longest name of a role. */
export const LONGEST_ROLE = 64;

/** A statement of an IAM policy. */
export interface Statement {
  readonly Effect: "Allow" | "Deny";
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>;
}

/** A role that pods of one service account take on, and nobody else. */
export function podRolePlan(
  name: string,
  account: { readonly namespace: string; readonly serviceAccount: string },
  { accountId }: Pick<AwsPlace, "accountId">,
  tags: Record<string, string>,
): RoleArgs {
  const { namespace, serviceAccount } = account;
  const statement = {
    Effect: "Allow",
    Principal: { Service: "pods.eks.amazonaws.com" },
    Action: ["sts:AssumeRole", "sts:TagSession"],
    Condition: {
      StringEquals: {
        "aws:SourceAccount": accountId,
        "aws:RequestTag/kubernetes-namespace": namespace,
        "aws:RequestTag/kubernetes-service-account": serviceAccount,
      },
    },
  };
  return {
    name,
    description: `Pods of ${namespace}/${serviceAccount}`,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    tags,
  };
}

/** The text of a policy. */
export function policyOf(statements: readonly Statement[]): string {
  return JSON.stringify({ Version: "2012-10-17", Statement: statements });
}
