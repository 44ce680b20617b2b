import { awsName } from "../data/aws/name.ts";
import { LONGEST_ROLE, policyOf } from "../data/aws/pod-identity-plan.ts";
import { assumedBy } from "../data/aws/service-role.ts";
import type { AwsAccount } from "./account.ts";
import type { ManagedRole } from "./managed-role.ts";

const MANAGED = "arn:aws:iam::aws:policy";

/** What EKS is while it looks after the control plane: its interfaces in the network, and nothing that runs there. */
export function clusterRole(id: string, { accountId }: AwsAccount, tags: Record<string, string>): ManagedRole {
  return {
    args: {
      name: awsName(id, "cluster", LONGEST_ROLE),
      description: `The control plane of ${id}`,
      assumeRolePolicy: assumedBy("eks.amazonaws.com", accountId),
      tags,
    },
    managed: { cluster: `${MANAGED}/AmazonEKSClusterPolicy` },
  };
}

/**
 * What a node is: it says to EKS who it is, hands pods the credentials of their own roles, and pulls images. Bottlerocket asks EC2 for its own name
 * before the kubelet starts (`ec2:DescribeInstances`), which AWS' minimal policy does not let it. What the network's plugin does it does with a role
 * of its own, so no pod can move addresses by the node's.
 */
export function nodeRole(id: string, { accountId }: AwsAccount, tags: Record<string, string>): ManagedRole {
  return {
    args: {
      name: awsName(id, "nodes", LONGEST_ROLE),
      description: `Nodes of ${id}`,
      assumeRolePolicy: assumedBy("ec2.amazonaws.com", accountId, "IfExists"),
      tags,
    },
    managed: {
      worker: `${MANAGED}/AmazonEKSWorkerNodePolicy`,
      images: `${MANAGED}/AmazonEC2ContainerRegistryPullOnly`,
    },
  };
}

/** Service accounts of add-ons that ask AWS for something, and AWS' policies for them, which AWS keeps in step with its add-ons. */
export const ADDON_ACCOUNTS = {
  "vpc-cni": { serviceAccount: "aws-node", managed: `${MANAGED}/AmazonEKS_CNI_Policy` },
  // It may touch only volumes and snapshots that the driver made, by their tag.
  "aws-ebs-csi-driver": {
    serviceAccount: "ebs-csi-controller-sa",
    managed: `${MANAGED}/AmazonEBSCSIDriverPolicyV2`,
  },
} as const;
export type AddonWithRole = keyof typeof ADDON_ACCOUNTS;

/** Lets the control plane encrypt Secrets, and find its right to do so. */
export function secretsPolicy(keyArn: string): string {
  return policyOf([
    { Effect: "Allow", Action: ["kms:Encrypt", "kms:Decrypt", "kms:ListGrants", "kms:DescribeKey"], Resource: keyArn },
  ]);
}

/** Lets the driver make volumes under a key, for EC2 to use. */
export function volumesPolicy(keyArn: string): string {
  return policyOf([
    {
      Effect: "Allow",
      Action: [
        "kms:Decrypt",
        "kms:DescribeKey",
        "kms:Encrypt",
        "kms:GenerateDataKey",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom",
        "kms:ReEncryptTo",
      ],
      Resource: keyArn,
    },
    {
      Effect: "Allow",
      Action: "kms:CreateGrant",
      Resource: keyArn,
      Condition: { Bool: { "kms:GrantIsForAWSResource": "true" } },
    },
  ]);
}
