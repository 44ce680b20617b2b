import type { RoleArgs } from "@pulumi/aws/iam/role.js";
import type { types } from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { EXTERNAL_SECRETS } from "../../cluster/operators/index.ts";
import { waitFor } from "../../core/custom-resource.ts";
import type { Problem } from "../../core/invalid.ts";
import { labels } from "../../core/labels.ts";
import { nameProblems } from "../../core/names.ts";
import { ACCOUNT_ID, isAccountId, isKeyArn, isRegion, KEY_ARN, REGION } from "../../data/aws/place.ts";
import type { Statement } from "../../data/aws/pod-identity-plan.ts";
import type { ClusterSecretStoreManifest } from "./manifests.ts";

/** Secrets of AWS Secrets Manager whose names begin with `<prefix>/`, and the cluster that may read them. */
export interface AwsSecrets {
  readonly region: string;
  /** What the names of all its secrets begin with, such as `shop/production`: it may read these and no others. */
  readonly prefix: string;
  /** The account's number, twelve digits. */
  readonly accountId: string;
  /**
   * The cluster's own OpenID Connect provider, as EKS tells it and IAM knows it: `oidc.eks.eu-central-1.amazonaws.com/id/…`, without
   * `https://`. By it AWS believes the cluster's tokens.
   */
  readonly oidcProvider: string;
  /** The key that the secrets are encrypted by, if that is not AWS' own. */
  readonly kmsKeyArn?: string;
}

export interface SourcePlanArgs extends AwsSecrets {
  readonly name: string;
  /** Namespaces that may have Secrets made of it. */
  readonly namespaces: readonly string[];
}

/** What is wrong with a source. */
export function sourceProblems({
  name,
  region,
  prefix,
  accountId,
  oidcProvider,
  kmsKeyArn,
  namespaces,
}: SourcePlanArgs): Problem[] {
  const problems = nameProblems("name", name);
  const check = (field: string, given: unknown, isFine: boolean, allowed: string) => {
    if (!isFine) problems.push({ field, given, allowed });
  };
  check("region", region, isRegion(region), REGION);
  check("prefix", prefix, isPrefix(prefix), PREFIX);
  check("accountId", accountId, isAccountId(accountId), ACCOUNT_ID);
  check("oidcProvider", oidcProvider, isOidcProvider(oidcProvider), OIDC_PROVIDER);
  check("kmsKeyArn", kmsKeyArn, kmsKeyArn === undefined || isKeyArn(kmsKeyArn), KEY_ARN);
  check("namespaces", namespaces, namespaces.length > 0, "at least one: nobody could use it");
  return problems;
}

export const PREFIX = 'letters, digits and "-", in parts with "/" between them, such as "shop/production"';
/** Wildcards of IAM are not among what it may have. */
export function isPrefix(given: string): boolean {
  return /^[A-Za-z0-9-]+(\/[A-Za-z0-9-]+)*$/.test(given) && given.length <= 200;
}

export const OIDC_PROVIDER = 'the cluster\'s, without "https://": "oidc.eks.eu-central-1.amazonaws.com/id/…"';
export function isOidcProvider(given: string): boolean {
  return /^[a-z0-9-]+(\.[a-z0-9-]+)+(\/[A-Za-z0-9_-]+)*$/.test(given);
}

/** What the operator may do in AWS for this source, and no more: read what it names. It cannot list what there is. */
export function sourceStatements({ region, prefix, accountId, kmsKeyArn }: AwsSecrets): Statement[] {
  const statements: Statement[] = [
    {
      Effect: "Allow",
      Action: ["secretsmanager:GetSecretValue", "secretsmanager:DescribeSecret"],
      Resource: `arn:aws:secretsmanager:${region}:${accountId}:secret:${prefix}/*`,
    },
  ];
  if (kmsKeyArn !== undefined)
    statements.push({
      Effect: "Allow",
      Action: "kms:Decrypt",
      Resource: kmsKeyArn,
      Condition: { StringEquals: { "kms:ViaService": `secretsmanager.${region}.amazonaws.com` } },
    });
  return statements;
}

/** A role that the source's service account takes on, and nobody else, by a token that the cluster signs. */
export function sourceRolePlan(
  roleName: string,
  { name, accountId, oidcProvider }: SourcePlanArgs,
  tags: Record<string, string>,
): RoleArgs {
  const account = `system:serviceaccount:${EXTERNAL_SECRETS.namespace}:${name}`;
  const statement = {
    Effect: "Allow",
    Principal: { Federated: `arn:aws:iam::${accountId}:oidc-provider/${oidcProvider}` },
    Action: "sts:AssumeRoleWithWebIdentity",
    Condition: {
      StringEquals: { [`${oidcProvider}:sub`]: account, [`${oidcProvider}:aud`]: "sts.amazonaws.com" },
    },
  };
  return {
    name: roleName,
    description: `Reads secrets for ${EXTERNAL_SECRETS.namespace}/${name}`,
    assumeRolePolicy: JSON.stringify({ Version: "2012-10-17", Statement: [statement] }),
    tags,
  };
}

/** The service account that the operator asks for a token of. No pod runs as it. */
export function sourceAccountPlan(name: string, roleArn: pulumi.Input<string>): types.input.core.v1.ServiceAccount {
  return {
    metadata: {
      name,
      namespace: EXTERNAL_SECRETS.namespace,
      labels: labels(name),
      annotations: { "eks.amazonaws.com/role-arn": roleArn },
    },
    automountServiceAccountToken: false,
  };
}

/** The way to the source, for the namespaces that may use it. */
export function sourcePlan({ name, region, namespaces }: SourcePlanArgs): ClusterSecretStoreManifest {
  return {
    apiVersion: "external-secrets.io/v1",
    kind: "ClusterSecretStore",
    metadata: { name, labels: labels(name), annotations: waitFor("Ready") },
    spec: {
      conditions: [{ namespaces: [...namespaces] }],
      provider: {
        aws: {
          service: "SecretsManager",
          region,
          auth: { jwt: { serviceAccountRef: { name, namespace: EXTERNAL_SECRETS.namespace } } },
        },
      },
    },
  };
}
