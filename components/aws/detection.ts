import { DeliveryChannel } from "@pulumi/aws/cfg/deliveryChannel.js";
import { Recorder, type RecorderArgs } from "@pulumi/aws/cfg/recorder.js";
import { RecorderStatus } from "@pulumi/aws/cfg/recorderStatus.js";
import { Rule, type RuleArgs } from "@pulumi/aws/cfg/rule.js";
import { EventRule } from "@pulumi/aws/cloudwatch/eventRule.js";
import { EventTarget } from "@pulumi/aws/cloudwatch/eventTarget.js";
import { Detector, type DetectorArgs } from "@pulumi/aws/guardduty/detector.js";
import { DetectorFeature } from "@pulumi/aws/guardduty/detectorFeature.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { RolePolicyAttachment } from "@pulumi/aws/iam/rolePolicyAttachment.js";
import * as pulumi from "@pulumi/pulumi";
import { Component } from "../core/component.ts";
import { refuse } from "../core/invalid.ts";
import { isOptOut, type OptOut } from "../core/opt-out.ts";
import type { Transform } from "../core/transform.ts";
import { awsName } from "../data/aws/name.ts";
import { LONGEST_ROLE } from "../data/aws/pod-identity-plan.ts";
import { assumedBy } from "../data/aws/service-role.ts";
import { type AwsAccount, namedTags } from "./account.ts";
import { CONFIG_RULES, detectionProblems, FEATURES, noticePlan, recorderPolicy } from "./detection-plan.ts";

export interface DetectionArgs {
  readonly account: AwsAccount;
  /**
   * Name of the bucket into which AWS Config writes what it records: encrypted, and emptied after a time by its own rules. Without Object Lock: AWS Config
   * does not write into a bucket that locks each object by default.
   */
  readonly bucket: pulumi.Input<string>;
  /**
   * ARN of the key of KMS that encrypts the bucket, whose policy must let IAM of the account decide, as those of `Keys` do: `keys.arn("logs")`. Needed where
   * there is one; none by default, for a bucket with S3's own encryption.
   */
  readonly bucketKeyArn?: pulumi.Input<string>;
  /** A topic of SNS that is told of what is grave, or why nobody is. Its policy must let `events.amazonaws.com` publish. */
  readonly alarms: { readonly topicArn: pulumi.Input<string> } | OptOut;
  /** Rules of AWS Config, as AWS calls them, that have no settings; `CONFIG_RULES` by default. */
  readonly rules?: readonly string[];
  readonly transform?: {
    readonly detector?: Transform<DetectorArgs>;
    readonly recorder?: Transform<RecorderArgs>;
    readonly rule?: Transform<RuleArgs>;
  };
}

const RECORDER_POLICY = "arn:aws:iam::aws:policy/service-role/AWS_ConfigRole";
const LONGEST = 50;

/**
 * Who looks, once for an account and region: GuardDuty at what is done and by whom, AWS Config at what everything is set to. An account has one of
 * each in a region: where an organisation has them already, leave this out.
 */
export class Detection extends Component {
  constructor(name: string, args: DetectionArgs, opts?: pulumi.ComponentResourceOptions) {
    const { account, bucket, bucketKeyArn, alarms, rules = CONFIG_RULES, transform } = args;
    refuse(`Detection "${name}"`, detectionProblems(name, { account, alarms, rules, bucketKeyArn }));
    super("aws:Detection", name, opts);
    const id = awsName(pulumi.getStack(), name, LONGEST);
    const tags = namedTags(account, id, { alarms });
    // Findings that are not new are told once an hour.
    const detecting: DetectorArgs = { enable: true, findingPublishingFrequency: "ONE_HOUR", tags };
    const detector = new Detector(...this.child(name, detecting, transform?.detector));
    for (const feature of FEATURES) {
      const args = { detectorId: detector.id, name: feature, status: "ENABLED" };
      new DetectorFeature(...this.child(`${name}-${feature.toLowerCase().replaceAll("_", "-")}`, args));
    }
    const optional = { ...(bucketKeyArn !== undefined && { bucketKeyArn }), ...(transform && { transform }) };
    const recording = this.#record(name, id, { account, bucket, tags, ...optional });
    for (const rule of rules) {
      const slug = rule.toLowerCase().replaceAll("_", "-");
      const plan: RuleArgs = { name: `${id}-${slug}`, source: { owner: "AWS", sourceIdentifier: rule }, tags };
      new Rule(...this.child(`${name}-${slug}`, plan, transform?.rule, { dependsOn: recording }));
    }
    if (!isOptOut(alarms))
      for (const what of ["findings", "rules"] as const) {
        const rule = new EventRule(...this.child(`${name}-${what}`, noticePlan(id, what, tags)));
        new EventTarget(...this.child(`${name}-${what}`, { rule: rule.name, arn: alarms.topicArn }));
      }
    this.registerOutputs({});
  }

  /** Records everything, also what belongs to no region. It starts once there is a place for what it records. */
  #record(
    name: string,
    id: string,
    {
      account,
      bucket,
      bucketKeyArn,
      tags,
      transform,
    }: Pick<DetectionArgs, "account" | "bucket" | "bucketKeyArn" | "transform"> & {
      readonly tags: Record<string, string>;
    },
  ): RecorderStatus {
    const role = new Role(
      ...this.child(`${name}-recorder`, {
        name: awsName(id, "recorder", LONGEST_ROLE),
        description: `AWS Config, which records what ${id} looks at`,
        assumeRolePolicy: assumedBy("config.amazonaws.com", account.accountId),
        tags,
      }),
    );
    const reads = { role: role.name, policyArn: RECORDER_POLICY };
    const policy = pulumi
      .all([bucket, bucketKeyArn])
      .apply(([at, keyArn]) => recorderPolicy(`arn:aws:s3:::${at}`, account.accountId, keyArn));
    const rights = [
      new RolePolicyAttachment(...this.child(`${name}-recorder`, reads)),
      new RolePolicy(...this.child(`${name}-recorder`, { role: role.id, policy })),
    ];
    const recordingGroup = { allSupported: true, includeGlobalResourceTypes: true };
    const plan: RecorderArgs = { name: id, roleArn: role.arn, recordingGroup };
    const recorder = new Recorder(...this.child(name, plan, transform?.recorder, { dependsOn: rights }));
    const encrypted = bucketKeyArn === undefined ? {} : { s3KmsKeyArn: bucketKeyArn };
    const delivery = { name: id, s3BucketName: bucket, ...encrypted };
    const channel = new DeliveryChannel(...this.child(name, delivery, undefined, { dependsOn: recorder }));
    const started = { name: recorder.name, isEnabled: true };
    return new RecorderStatus(...this.child(name, started, undefined, { dependsOn: channel }));
  }
}
