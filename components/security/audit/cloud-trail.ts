import { Trail } from "@pulumi/aws/cloudtrail/trail.js";
import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import * as pulumi from "@pulumi/pulumi";
import { Component, keeping } from "../../core/component.ts";
import { refuse } from "../../core/invalid.ts";
import { isOptOut, optOutAnnotations } from "../../core/opt-out.ts";
import { refuseShape } from "../../core/shape.ts";
import { awsName } from "../../data/aws/name.ts";
import { DEFAULT_LOG_DAYS } from "../../data/aws/place.ts";
import { LONGEST_ROLE } from "../../data/aws/pod-identity-plan.ts";
import { assumedBy } from "../../data/aws/service-role.ts";
import { type CloudTrailArgs, cloudTrailProblems } from "./cloud-trail-args.ts";
import {
  trailBucketStatements,
  trailKeyStatements,
  trailLines,
  trailLogPolicy,
  trailName,
  trailPlan,
  trailSilent,
} from "./cloud-trail-plan.ts";
import { tellOf } from "./told.ts";
import { makeVault, type Vault } from "./vault.ts";
import { vaultPlan, vaultTags } from "./vault-plan.ts";

/**
 * Records every call of an account of AWS, in all regions, in objects that nobody takes back for `keep`, and tells somebody of the few that no ordinary day has. One
 * for an account, in a stack of its own: who runs the shop must not be who can stop it.
 *
 * ```ts
 * new CloudTrail("trail", {
 *   aws: { region: "eu-central-1", accountId: "123456789012", alarms: { topicArn } },
 *   keep: "400d",
 *   buckets: [invoices.arn],
 * });
 * ```
 */
export class CloudTrail extends Component {
  readonly arn: pulumi.Output<string>;
  /** Of the bucket with the files, for who asks Athena. */
  readonly bucketName: pulumi.Output<string>;

  constructor(name: string, args: CloudTrailArgs, opts?: pulumi.ComponentResourceOptions) {
    const subject = `CloudTrail "${name}"`;
    refuseShape(subject, args, { aws: "an object", "buckets?": "a list", "transform?": "an object" });
    refuse(subject, cloudTrailProblems(name, args));
    super("security:CloudTrail", name, opts);
    const { aws } = args;
    const trail = trailName(pulumi.getStack(), name);
    const tags = {
      ...vaultTags(args),
      ...optOutAnnotations({ cloudWatch: args.cloudWatch }),
    };
    const access = {
      key: trailKeyStatements(trail, aws),
      // The key lets CloudTrail encrypt for a trail, by its name, and decrypt nothing.
      bucketKey: false,
      bucket: (arn: string) => trailBucketStatements(arn, trail, aws),
    };
    const vault = makeVault(name, `CloudTrail ${name}`, args, access, this.children());
    const cloudWatch = isOptOut(args.cloudWatch) ? undefined : this.#cloudWatch(name, trail, args, vault, tags);
    const { bucket } = vault.made.bucket;
    const objects = (args.buckets ?? []).map((arn) => pulumi.interpolate`${arn}/`);
    const around = { bucket, bucketArn: vault.made.bucket.arn, keyArn: vault.key.arn, cloudWatch };
    const plan = trailPlan(trail, args, around, objects, tags);
    // Without its policy the bucket takes nothing, and the trail is refused.
    const dependsOn = [vault.made.policy, ...(cloudWatch ? [cloudWatch.rights] : [])];
    const made = new Trail(
      ...this.child(name, plan, args.transform?.trail, { dependsOn, ...keeping(args.retain ?? true) }),
    );
    this.arn = made.arn;
    this.bucketName = bucket;
    this.registerOutputs({ arn: this.arn, bucketName: this.bucketName });
  }

  #cloudWatch(name: string, trail: string, args: CloudTrailArgs, { key }: Vault, tags: Record<string, string>) {
    const { aws, runbooks, retain = true } = args;
    const path = `/plumbline/cloudtrail/${trail}`;
    const group = new LogGroup(
      ...this.child(
        name,
        { name: path, retentionInDays: DEFAULT_LOG_DAYS, kmsKeyId: key.arn, tags },
        undefined,
        keeping(retain),
      ),
    );
    const role = awsName(pulumi.getStack(), `${name}-logs`, LONGEST_ROLE);
    const assumeRolePolicy = assumedBy("cloudtrail.amazonaws.com", aws.accountId, "IfExists");
    const made = new Role(...this.child(`${name}-logs`, { name: role, assumeRolePolicy, tags }));
    const policy = group.arn.apply((arn) => trailLogPolicy(arn, aws));
    const rights = new RolePolicy(...this.child(`${name}-logs`, { role: made.name, policy }));
    const told = { id: trail, name, title: `CloudTrail ${name}`, aws, runbook: "audit", runbooks, tags };
    const { bucketName } = vaultPlan(pulumi.getStack(), name, args);
    tellOf(told, group.name, trailLines(bucketName), [trailSilent(path)], this.children());
    return { groupArn: pulumi.interpolate`${group.arn}:*`, roleArn: made.arn, rights };
  }
}
