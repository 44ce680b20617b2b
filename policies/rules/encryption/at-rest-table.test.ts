import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { AT_REST } from "./at-rest-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream", {}, ["serverSideEncryption.enabled"]],
  [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    { kinesisSourceConfiguration: { kinesisStreamArn: "arn" } },
    [],
  ],
  [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    { mskSourceConfiguration: { mskClusterArn: "arn" } },
    [],
  ],
  [
    "aws:apigateway/methodSettings:MethodSettings",
    { settings: { cachingEnabled: true } },
    ["settings.cacheDataEncrypted"],
  ],
  [
    "aws:apigateway/methodSettings:MethodSettings",
    { settings: { cachingEnabled: true, cacheDataEncrypted: true } },
    [],
  ],
  ["aws:apigateway/methodSettings:MethodSettings", { settings: {} }, []],
];

test.each(CASES)("what lies in clear: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(AT_REST, object), ({ path }) => path)).toEqual(wrong);
});
