import type { BrokerArgs } from "@pulumi/aws/mq/broker.js";
import type * as pulumi from "@pulumi/pulumi";
import { isOptOut } from "../../core/opt-out.ts";
import { awsName } from "../aws/name.ts";
import { storeTags } from "../aws/tags.ts";
import type { CompleteAmazonMq } from "./amazon-mq-args.ts";

/** Longest name of a broker (Amazon MQ developer guide, "Quotas in Amazon MQ"). */
const LONGEST_ID = 50;
/** Subnets of a cluster. They cannot change: the first three of the place, however many there come to be. */
const ZONES = 3;
/** Where Amazon MQ's administration answers. */
export const MANAGEMENT_PORT = 443;
/** The user that makes queues and gives rights. Amazon MQ is told its password once, and cannot be told another. */
export const ADMIN = "plumbline-admin";
/** At night in Europe: nodes start anew one by one, when there is something to change. */
const WINDOW = { dayOfWeek: "SUNDAY", timeOfDay: "02:30", timeZone: "UTC" };

/** Everything that AWS is asked for, but for what is only known when other parts of it stand. */
export interface AmazonMqPlan {
  readonly id: string;
  readonly tags: Record<string, string>;
  /** What is missing is the key, the security group and the administrator's password. */
  broker(given: {
    readonly key: pulumi.Input<string>;
    readonly securityGroup: pulumi.Input<string>;
    readonly password: pulumi.Input<string>;
  }): BrokerArgs;
}

/** Three nodes in three zones behind one name, which nobody reaches from outside, and which speak TLS alone. */
export function amazonMqPlan(stack: string, name: string, args: CompleteAmazonMq): AmazonMqPlan {
  const { aws, instanceType, version, retain, replication, backup } = args;
  const id = awsName(stack, name, LONGEST_ID);
  const tags = storeTags(aws, args, { replication, backup });
  const alone = isOptOut(replication);
  return {
    id,
    tags,
    broker: ({ key, securityGroup, password }) => ({
      brokerName: id,
      engineType: "RabbitMQ",
      engineVersion: version,
      hostInstanceType: instanceType,
      deploymentMode: alone ? "SINGLE_INSTANCE" : "CLUSTER_MULTI_AZ",
      subnetIds: aws.subnets.slice(0, alone ? 1 : ZONES).map((subnet) => subnet.id),
      securityGroups: [securityGroup],
      publiclyAccessible: false,
      authenticationStrategy: "simple",
      users: [{ username: ADMIN, password }],
      encryptionOptions: { kmsKeyId: key, useAwsOwnedKey: false },
      logs: { general: true },
      maintenanceWindowStartTime: WINDOW,
      autoMinorVersionUpgrade: true,
      applyImmediately: !retain,
      tags,
    }),
  };
}
