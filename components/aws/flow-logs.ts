import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { FlowLog } from "@pulumi/aws/ec2/flowLog.js";
import { Role } from "@pulumi/aws/iam/role.js";
import { RolePolicy } from "@pulumi/aws/iam/rolePolicy.js";
import type * as pulumi from "@pulumi/pulumi";
import { type Children, keeping } from "../core/component.ts";
import { type CompleteNetwork, flowLogDays, type NetworkArgs } from "./network-args.ts";
import { flowLogPlan, flowLogPolicy, flowLogRole, type NetworkPlan } from "./network-plan.ts";

/** Records all traffic of a network, taken and refused, in CloudWatch or in a bucket. */
export function makeFlowLogs(
  name: string,
  { id, tags }: NetworkPlan,
  args: CompleteNetwork,
  vpcId: pulumi.Output<string>,
  transform: NonNullable<NetworkArgs["transform"]>["flowLog"],
  children: Children,
): void {
  const { flowLogs, retain } = args;
  const plan = { ...flowLogPlan(tags), vpcId };
  if (flowLogs.to === "s3") {
    const bucket = {
      ...plan,
      logDestinationType: "s3",
      logDestination: flowLogs.bucketArn,
      destinationOptions: { fileFormat: "parquet", hiveCompatiblePartitions: true, perHourPartition: true },
    };
    new FlowLog(...children.child(name, bucket, transform));
    return;
  }
  const group = {
    name: `/plumbline/${id}/flow-logs`,
    retentionInDays: flowLogDays(flowLogs),
    kmsKeyId: flowLogs.kmsKeyArn,
    tags,
  };
  const { arn } = new LogGroup(...children.child(`${name}-flow-logs`, group, undefined, keeping(retain)));
  const role = new Role(...children.child(`${name}-flow-logs`, flowLogRole(id, args, tags)));
  const rights = new RolePolicy(
    ...children.child(`${name}-flow-logs`, { role: role.id, policy: arn.apply(flowLogPolicy) }),
  );
  const cloudwatch = {
    ...plan,
    logDestinationType: "cloud-watch-logs",
    logDestination: arn,
    iamRoleArn: role.arn,
  };
  new FlowLog(...children.child(name, cloudwatch, transform, { dependsOn: rights }));
}
