import { type AwsTable, broken, filled, isIn } from "../../core/aws-settings.ts";
import { defineRule } from "../../core/rule.ts";

const WHY = "what it is for";

/** Where security groups and their rules say what they are for. */
export const DESCRIBED: AwsTable = {
  "aws:ec2/securityGroup:SecurityGroup": [
    filled("description", WHY),
    filled("ingress[].description", WHY),
    filled("egress[].description", WHY),
  ],
  "aws:ec2/securityGroupRule:SecurityGroupRule": [filled("description", WHY)],
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": [filled("description", WHY)],
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": [filled("description", WHY)],
};

export const securityGroupDescribed = defineRule({
  id: "security-group-described",
  section: "maintainability",
  title: "Security groups in AWS and each of their rules say what they are for",
  severity: "low",
  why: "nobody dares to close a port of which nobody knows who needs it, so openings only ever grow",
  fix: 'description: "<who needs it, and for what>"',
  frameworks: ["PCI-DSS-4.0:1.2.5"],
  scope: "resource",
  optOut: "description",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(DESCRIBED, object),
  check: (object) => broken(DESCRIBED, object),
});
