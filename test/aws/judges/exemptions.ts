/** A check of checkov that a resource of ours fails on purpose. */
export interface Exemption {
  /** Number of the check: https://www.checkov.io/5.Policy%20Index/terraform.html */
  readonly check: string;
  /** Which resources, as Terraform addresses them; those of every store if there is none. */
  readonly resources: RegExp;
  readonly reason: string;
}

export const EXEMPTIONS: readonly Exemption[] = [
  {
    check: "CKV2_AWS_5",
    resources: /^aws_security_group\.postgres_pooler$/,
    reason: "it is the RDS Proxy's, which checkov does not count among what security groups are attached to",
  },
  {
    check: "CKV2_AWS_8",
    resources: /^aws_rds_cluster\./,
    reason:
      "Aurora keeps its own backups for as long as the store's objectives say; a plan of AWS Backup is the account's",
  },
  {
    check: "CKV2_AWS_27",
    resources: /^aws_rds_cluster\./,
    reason:
      "a statement in the log has whose data it is about; slow ones are logged without values, and pgaudit records what is changed where data is personal",
  },
  {
    check: "CKV2_AWS_57",
    resources: /^aws_secretsmanager_secret\./,
    reason:
      "a login is exchanged together with what reads it, by the stack and not by a function of AWS: docs/secrets.md",
  },
  {
    check: "CKV2_AWS_62",
    resources: /^aws_s3_bucket\./,
    reason: "who is told of new objects is the application's to say",
  },
  {
    check: "CKV_AWS_144",
    resources: /^aws_s3_bucket\./,
    reason: "what a second region keeps follows from the environment's objectives; these stores are of one region",
  },
  {
    check: "CKV_AWS_145",
    resources: /^aws_s3_bucket\.\w+_access_logs$/,
    reason: "S3 writes records of requests only to buckets that are encrypted with its own key",
  },
  {
    check: "CKV_AWS_162",
    resources: /^aws_rds_cluster\./,
    reason: "services log in by passwords of their own over TLS, as they do in the cluster: one way for both",
  },
  {
    check: "CKV_AWS_273",
    resources: /^aws_iam_user\.shop_legacy_scans_orders$/,
    reason: "the way down for what cannot use pod identities: `podIdentity: optOut(…)`",
  },
  {
    check: "CKV_AWS_40",
    resources: /^aws_iam_user_policy\.shop_legacy_scans_orders$/,
    reason: "as CKV_AWS_273",
  },
];
