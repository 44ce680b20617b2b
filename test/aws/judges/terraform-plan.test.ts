import { expect, test } from "vitest";
import { awsResources } from "./aws-resource.ts";
import { terraformPlan, terraformType } from "./terraform-plan.ts";

test.each([
  ["aws:rds/cluster:Cluster", "aws_rds_cluster"],
  ["aws:rds/subnetGroup:SubnetGroup", "aws_db_subnet_group"],
  ["aws:ec2/securityGroup:SecurityGroup", "aws_security_group"],
  ["aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws_vpc_security_group_ingress_rule"],
])("%s is %s", (type, terraform) => {
  expect(terraformType(type)).toBe(terraform);
});

test("blocks and references are Terraform's", () => {
  const plan = terraformPlan(
    awsResources([
      { type: "aws:ec2/securityGroup:SecurityGroup", name: "db", inputs: { tags: { dataClass: "x" } } },
      { type: "aws:kms/key:Key", name: "db", inputs: {} },
      {
        type: "aws:rds/cluster:Cluster",
        name: "db",
        inputs: {
          vpcSecurityGroupIds: ["db-id"],
          kmsKeyId: "arn:aws/kms/key/Key:db",
          serverlessv2ScalingConfiguration: { maxCapacity: 4 },
          restoreToPointInTimes: [{ restoreType: "full-copy" }],
        },
      },
      { type: "kubernetes:core/v1:Secret", name: "db", inputs: {} },
    ]),
  );
  const [group, , cluster] = plan.planned_values.root_module.resources;
  expect(plan.planned_values.root_module.resources).toHaveLength(3);
  expect(group).toMatchObject({ address: "aws_security_group.db", values: { tags: { dataClass: "x" } } });
  expect(cluster?.values).toEqual({
    vpc_security_group_ids: [expect.stringMatching(/^sg-[0-9a-f]{17}$/)],
    kms_key_id: expect.stringMatching(/^arn:aws:kms:eu-central-1:\d{12}:key\/[0-9a-f-]{36}$/),
    serverlessv2_scaling_configuration: [{ max_capacity: 4 }],
    restore_to_point_in_time: [{ restore_type: "full-copy" }],
  });
  expect(plan.configuration.root_module.resources[2]?.expressions).toEqual({
    vpc_security_group_ids: { references: ["aws_security_group.db.id", "aws_security_group.db"] },
    kms_key_id: { references: ["aws_kms_key.db.id", "aws_kms_key.db"] },
  });
});
