import { LogGroup } from "@pulumi/aws/cloudwatch/logGroup.js";
import { SecurityGroup } from "@pulumi/aws/ec2/securityGroup.js";
import { Key } from "@pulumi/aws/kms/key.js";
import { SecurityGroupIngressRule } from "@pulumi/aws/vpc/securityGroupIngressRule.js";
import * as pulumi from "@pulumi/pulumi";
import { RandomId } from "@pulumi/random/randomId.js";
import { type Children, keeping } from "../../core/component.ts";
import type { AwsPlace } from "./place.ts";
import { ingressPlan, keyPlan, logGroupPlan, securityGroupPlan } from "./surroundings-plan.ts";

/** Whose surroundings are made. */
export interface Surrounded {
  /** As the program calls it: names its resources. */
  readonly name: string;
  /** As AWS calls it. */
  readonly id: string;
  /** As people call it, such as `Postgres postgres`. */
  readonly title: string;
  readonly aws: AwsPlace;
  readonly retain: boolean;
  readonly tags: Record<string, string>;
}

/** The key of a store: the given one, or one of its own. */
export function keyOf({ name, title, aws, retain, tags }: Surrounded, children: Children): pulumi.Output<string> {
  if (aws.kmsKeyArn !== undefined) return pulumi.output(aws.kmsKeyArn);
  return new Key(...children.child(name, keyPlan(title, aws, tags), undefined, keeping(retain))).arn;
}

/** The security group of a store, which the consumers' pods may reach on some ports. */
export function securityGroupOf(
  { name, id, title, aws, tags }: Surrounded,
  ports: readonly number[],
  children: Children,
): pulumi.Output<string> {
  const group = new SecurityGroup(...children.child(name, securityGroupPlan(title, id, aws, tags)));
  for (const [index, from] of aws.podSecurityGroupIds.entries())
    for (const port of ports)
      new SecurityGroupIngressRule(
        ...children.child(`${name}-${index}-${port}`, ingressPlan(title, group.id, from, port, tags)),
      );
  return group.id;
}

/**
 * What the last snapshot of a store is called, which is taken when it is destroyed: `<id>-final-<eight digits>`. They stay as long as the store
 * does, and the next one of its name has others: two snapshots of one name are refused, and with them the end of the second store.
 */
export function finalSnapshotOf({ name, id }: Surrounded, children: Children): pulumi.Output<string> {
  const { hex } = new RandomId(...children.child(`${name}-final`, { byteLength: 4 }));
  return pulumi.interpolate`${id}-final-${hex}`;
}

/** A log group of a store. `path` is where the service writes to. */
export function logGroupOf(
  { name, aws, retain, tags }: Surrounded,
  part: string,
  path: string,
  key: pulumi.Output<string>,
  children: Children,
): LogGroup {
  const resource = `${name}-${part}`;
  return new LogGroup(...children.child(resource, logGroupPlan(path, aws, key, tags), undefined, keeping(retain)));
}
