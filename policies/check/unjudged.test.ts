import { expect, test } from "vitest";
import { evaluate } from "../core/evaluate.ts";
import { RULES } from "../rules/index.ts";
import { unjudgedKinds } from "./unjudged.ts";

test("kinds that no rule knows are counted, and others are not told", () => {
  const group = (name: string) => ({ type: "aws:ec2:SecurityGroup", name, props: {} });
  const pod = {
    type: "kubernetes:core/v1:Pod",
    name: "p",
    props: { apiVersion: "v1", kind: "Pod", metadata: { name: "p" } },
  };
  const resources = [group("a"), pod, group("b"), { type: "aws-native:s3:Bucket", name: "c", props: {} }];
  const findings = evaluate(resources, { rules: RULES, today: new Date() });
  expect(unjudgedKinds(resources, findings, RULES)).toEqual([
    "1 object of aws-native:s3:Bucket, a kind that no rule knows",
    "2 objects of aws:ec2:SecurityGroup, a kind that no rule knows",
  ]);
});
