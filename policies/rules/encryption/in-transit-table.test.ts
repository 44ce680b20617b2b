import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { IN_TRANSIT } from "./in-transit-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:elasticache/replicationGroup:ReplicationGroup", { transitEncryptionEnabled: true }, ["authToken"]],
  [
    "aws:elasticache/replicationGroup:ReplicationGroup",
    { transitEncryptionEnabled: true, userGroupIds: ["orders"] },
    [],
  ],
  ["aws:elasticache/replicationGroup:ReplicationGroup", { transitEncryptionEnabled: true, authToken: "<given>" }, []],
  ["aws:lb/targetGroup:TargetGroup", { protocol: "HTTP" }, ["protocol"]],
  ["aws:lb/targetGroup:TargetGroup", { protocol: "HTTPS" }, []],
  ["aws:lb/targetGroup:TargetGroup", { targetType: "lambda" }, []],
  ["aws:redshift/parameterGroup:ParameterGroup", { parameters: [] }, ["parameters"]],
  [
    "aws:redshift/parameterGroup:ParameterGroup",
    { parameters: [{ name: "require_ssl", value: "false" }] },
    ["parameters"],
  ],
  ["aws:redshift/parameterGroup:ParameterGroup", { parameters: [{ name: "wlm", value: "true" }] }, ["parameters"]],
  [
    "aws:redshift/parameterGroup:ParameterGroup",
    {
      parameters: [
        { name: "wlm", value: "1" },
        { name: "require_ssl", value: true },
      ],
    },
    [],
  ],
  ["aws:transfer/server:Server", { protocols: ["SFTP", "FTP"] }, ["protocols"]],
  ["aws:transfer/server:Server", { protocols: ["FTPS"] }, []],
  ["aws:transfer/server:Server", {}, []],
  [
    "aws:rds/parameterGroup:ParameterGroup",
    { parameters: [{ name: "require_secure_transport", value: "OFF" }] },
    ["parameters"],
  ],
  ["aws:rds/parameterGroup:ParameterGroup", { parameters: [{ name: "rds.force_ssl", value: 0 }] }, ["parameters"]],
  ["aws:rds/parameterGroup:ParameterGroup", { parameters: [{ name: "log_min", value: "0" }] }, []],
];

test.each(CASES)("what travels in clear: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(IN_TRANSIT, object), ({ path }) => path)).toEqual(wrong);
});
