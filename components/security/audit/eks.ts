import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { LogStream } from "@pulumi/aws/cloudwatch/logStream.js";
import { LogSubscriptionFilter } from "@pulumi/aws/cloudwatch/logSubscriptionFilter.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import { FirehoseDeliveryStream } from "@pulumi/aws/kinesis/firehoseDeliveryStream.js";
import * as pulumi from "@pulumi/pulumi";
import type { Children } from "../../core/component.ts";
import { awsName } from "../../data/aws/name.ts";
import { DEFAULT_LOG_DAYS } from "../../data/aws/place.ts";
import { LONGEST_ROLE } from "../../data/aws/pod-identity-plan.ts";
import { assumedBy } from "../../data/aws/service-role.ts";
import { type EksLogArgs, eksLogGroup } from "./eks-args.ts";
import {
  breakGlassLine,
  deliveryAlarms,
  IS_EVENT,
  streamKeyStatement,
  streamPlan,
  streamPolicy,
  subscriberPolicy,
  subscriberTrust,
} from "./eks-plan.ts";
import { tellOf } from "./told.ts";
import type { AuditTrailArgs } from "./trail-args.ts";
import { makeVault } from "./vault.ts";
import { vaultTags } from "./vault-plan.ts";

/** Ships the audit log of an EKS cluster from CloudWatch to a bucket of objects that nobody takes back, and tells of the rights for emergencies. */
export function shipEksLog(name: string, args: AuditTrailArgs, source: EksLogArgs, children: Children): void {
  const { aws, clusterName } = source;
  const stack = pulumi.getStack();
  const tags = vaultTags(source);
  const title = `AuditTrail ${name}`;
  const access = { key: [streamKeyStatement(aws)], bucketKey: true, bucket: () => [] };
  const { key, made } = makeVault(name, title, source, access, children);
  const errors = new LogGroup(
    ...children.child(`${name}-errors`, {
      name: `/plumbline/audit/${awsName(stack, name, LONGEST_ROLE)}/errors`,
      retentionInDays: DEFAULT_LOG_DAYS,
      kmsKeyId: key.arn,
      tags,
    }),
  );
  const wrong = new LogStream(...children.child(`${name}-errors`, { name: "delivery", logGroupName: errors.name }));
  const stream = awsName(stack, name, LONGEST_ROLE);
  const role = (part: string, assumeRolePolicy: string) =>
    new Role(
      ...children.child(`${name}-${part}`, {
        name: awsName(stack, `${name}-${part}`, LONGEST_ROLE),
        assumeRolePolicy,
        tags,
      }),
    );
  const writer = role("writer", assumedBy("firehose.amazonaws.com", aws.accountId, "IfExists"));
  const writes = new RolePolicy(
    ...children.child(`${name}-writer`, {
      role: writer.name,
      policy: pulumi
        .all([made.bucket.arn, key.arn, errors.arn])
        .apply(([bucketArn, keyArn, errorsArn]) => streamPolicy(bucketArn, keyArn, errorsArn, aws)),
    }),
  );
  const around = {
    bucketArn: made.bucket.arn,
    roleArn: writer.arn,
    keyArn: key.arn,
    errors: { group: errors.name, stream: wrong.name },
  };
  const dependsOn = [writes, made.policy];
  const delivery = new FirehoseDeliveryStream(
    ...children.child(name, streamPlan(stream, around, tags), source.transform?.delivery, { dependsOn }),
  );
  const subscriber = role("subscriber", subscriberTrust(aws));
  const subscribes = new RolePolicy(
    ...children.child(`${name}-subscriber`, {
      role: subscriber.name,
      policy: delivery.arn.apply(subscriberPolicy),
    }),
  );
  const logGroup = eksLogGroup(clusterName);
  const filter = {
    name: stream,
    logGroup,
    filterPattern: IS_EVENT,
    destinationArn: delivery.arn,
    roleArn: subscriber.arn,
  };
  new LogSubscriptionFilter(...children.child(name, filter, undefined, { dependsOn: subscribes }));
  const told = { id: stream, name, title, aws, runbook: "audit", runbooks: args.runbooks, tags };
  const lines = breakGlassLine(args.breakGlass ?? []);
  tellOf(told, logGroup, lines, deliveryAlarms(stream), children);
}
