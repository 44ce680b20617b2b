import { expect, test } from "vitest";
import { awsResources } from "./aws-resource.ts";
import { cloudFormation } from "./cloudformation.ts";

const text = { type: "string" } as const;
const SCHEMAS: Readonly<Record<string, object>> = {
  "AWS::RDS::DBSubnetGroup": {
    properties: {
      DBSubnetGroupName: text,
      DBSubnetGroupDescription: text,
      SubnetIds: { type: "array", items: text },
      Tags: { type: "array", items: { $ref: "#/definitions/Tag" } },
    },
    definitions: { Tag: { type: "object", properties: { Key: text, Value: text } } },
  },
};
const convert = (type: string, inputs: object) =>
  cloudFormation(awsResources([{ type, name: "db-1", inputs }]), (name) => SCHEMAS[name] ?? {});

test("properties have CloudFormation's names, and tags its form", () => {
  const inputs = { name: "db", description: "Postgres", subnetIds: ["subnet-0"], tags: { team: "data" } };
  expect(convert("aws:rds/subnetGroup:SubnetGroup", inputs)).toEqual({
    unknown: [],
    template: {
      Resources: {
        rdssubnetGroupdb1: {
          Type: "AWS::RDS::DBSubnetGroup",
          Properties: {
            DBSubnetGroupName: "db",
            DBSubnetGroupDescription: "Postgres",
            SubnetIds: ["subnet-0"],
            Tags: [{ Key: "team", Value: "data" }],
          },
        },
      },
    },
  });
});

test("what nothing is known of is told, and never left out in silence", () => {
  expect(convert("aws:rds/subnetGroup:SubnetGroup", { nme: "db" }).unknown).toEqual(["rds/subnetGroup: nme"]);
  expect(convert("aws:sqs/queue:Queue", {}).unknown).toEqual(["sqs/queue"]);
  expect(convert("aws:rds/proxyTarget:ProxyTarget", {}).unknown).toEqual([]);
});
