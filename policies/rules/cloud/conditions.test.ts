import { expect, test } from "vitest";
import { Field } from "../../core/field.ts";
import { UNKNOWN, UnknownValue } from "../../core/unknown.ts";
import { saysWhat, saysWho } from "./conditions.ts";

const statement = (operator: string, key: string, value: unknown) =>
  new Field({ Condition: { Bool: { "aws:SecureTransport": "true" }, [operator]: { [key]: value } } });

/** As a policy has it. */
const variable = (name: string) => `\${${name}}`;

test.each([
  ["StringEquals", "aws:PrincipalAccount", "123456789012"],
  ["StringEquals", "AWS:SourceOwner", "123456789012"],
  ["stringEquals", "AWS:principalOrgID", ["o-1", "o-2"]],
  ["ForAnyValue:StringLike", "aws:PrincipalOrgPaths", "o-1/r-1/*"],
  ["IpAddress", "aws:SourceIp", ["192.0.2.1", "10.0.0.0/8"]],
  ["ArnLike", "aws:SourceArn", "arn:aws:sns:*:123456789012:*"],
  ["ArnLike", "aws:SourceArn", "arn:aws:s3:::uploads"],
  ["StringLike", "aws:SourceArn", "arn:aws:s3:::uploads*"],
  ["ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:uploads"],
  ["ArnEquals", "aws:SourceArn", variable("orders.arn")],
  ["StringLike", "aws:PrincipalArn", "arn:aws:iam::123456789012:role/*"],
  ["StringEquals", "aws:SourceVpce", "vpce-1"],
  ["StringLike", "aws:userid", "AROA1:*"],
  ["StringLike", "sns:Endpoint", "*@example.com"],
  ["Bool", "elasticfilesystem:AccessedViaMountTarget", "true"],
  ["StringEquals", "aws:PrincipalAccount", variable("aws:ResourceAccount")],
])("%s %s %j says who is meant", (operator, key, value) => {
  expect(saysWho(statement(operator, key, value))).toBe(true);
});

test.each([
  ["StringNotEquals", "aws:PrincipalAccount", "123456789012"],
  ["NotIpAddress", "aws:SourceIp", "10.0.0.0/8"],
  ["Null", "aws:SourceVpce", "true"],
  ["Null", "aws:PrincipalArn", "false"],
  ["StringEqualsIfExists", "aws:PrincipalOrgID", "o-1"],
  ["ForAllValues:StringEquals", "aws:PrincipalOrgID", "o-1"],
  ["IpAddress", "aws:SourceIp", ["0.0.0.0/1", "128.0.0.0/1"]],
  ["IpAddress", "aws:SourceIp", ["192.0.2.0/24", "::/0"]],
  ["StringLike", "aws:PrincipalArn", "arn:aws:*"],
  ["StringLike", "aws:PrincipalArn", "arn:aws:iam::*:role/*"],
  ["StringLike", "aws:PrincipalArn", ["arn:aws:iam::123456789012:role/*", "*"]],
  ["StringLike", "aws:PrincipalOrgID", "o-*"],
  ["StringLike", "aws:PrincipalOrgPaths", "o-*/r-1/*"],
  ["ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:*"],
  ["ArnLike", "aws:SourceArn", "arn:aws:s3:::*"],
  ["ArnLike", "aws:SourceArn", "arn:aws:s3:*:*:accesspoint/uploads"],
  ["ArnLike", "aws:SourceArn", "arn:aws:route53:::hostedzone/*"],
  ["StringLike", "aws:SourceArn", "*:uploads"],
  ["StringLike", "aws:SourceVpce", "vpce-*"],
  ["StringLike", "aws:userid", "*:orders"],
  ["StringLike", "sns:Endpoint", "*"],
  ["StringEquals", "aws:PrincipalTag/team", "shop"],
  ["StringEquals", "kms:ViaService", "s3.eu-west-1.amazonaws.com"],
  ["StringEquals", "aws:PrincipalAccount", variable("aws:PrincipalAccount")],
  ["Bool", "elasticfilesystem:AccessedViaMountTarget", "false"],
])("%s %s %j lets everybody in", (operator, key, value) => {
  expect(saysWho(statement(operator, key, value))).toBe(false);
});

test.each([
  ["StringEquals", "aws:ResourceTag/team", "shop"],
  ["StringLike", "ec2:ResourceTag/cluster", "*"],
  ["Null", "aws:ResourceTag/cluster", "false"],
  ["StringEquals", "iam:PassedToService", "ec2.amazonaws.com"],
  ["StringEquals", "cloudwatch:namespace", "shop"],
])("%s %s %j says what is meant", (operator, key, value) => {
  expect(saysWhat(statement(operator, key, value))).toBe(true);
});

test.each([
  ["Bool", "aws:MultiFactorAuthPresent", "true"],
  ["StringEquals", "aws:PrincipalTag/team", "shop"],
  ["StringEquals", "aws:RequestedRegion", "eu-west-1"],
  ["IpAddress", "aws:SourceIp", "10.0.0.0/8"],
  ["StringNotEquals", "aws:ResourceTag/team", "shop"],
  ["StringEqualsIfExists", "aws:ResourceTag/team", "shop"],
  ["Null", "aws:ResourceTag/cluster", "true"],
  ["StringLike", "iam:PassedToService", "*"],
  ["StringEquals", "aws:ResourceAccount", "123456789012"],
])("%s %s %j leaves all resources", (operator, key, value) => {
  expect(saysWhat(statement(operator, key, value))).toBe(false);
});

test("what is not known yet may say who", () => {
  expect(() => saysWho(statement("StringEquals", "aws:SourceArn", UNKNOWN))).toThrow(UnknownValue);
  expect(() => saysWhat(statement("StringEquals", "iam:PassedToService", UNKNOWN))).toThrow(UnknownValue);
});
