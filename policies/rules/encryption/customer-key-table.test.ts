import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { CUSTOMER_KEYS } from "./customer-key-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:sns/topic:Topic", { kmsMasterKeyId: " " }, ["kmsMasterKeyId"]],
  ["aws:sns/topic:Topic", { kmsMasterKeyId: "alias/aws/sns" }, ["kmsMasterKeyId"]],
  ["aws:sns/topic:Topic", { kmsMasterKeyId: "alias/aws-orders" }, []],
  [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    {},
    ["serverSideEncryption.keyType", "serverSideEncryption.keyArn"],
  ],
  [
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",
    { serverSideEncryption: { keyType: "CUSTOMER_MANAGED_CMK", keyArn: "arn:aws:kms:eu-west-1:111122223333:key/1" } },
    [],
  ],
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
  ["aws:rds/instance:Instance", {}, []],
  ["aws:rds/instance:Instance", { storageEncrypted: true }, ["kmsKeyId"]],
  ["aws:rds/instance:Instance", { storageEncrypted: true, replicateSourceDb: "orders" }, []],
  ["aws:rds/instance:Instance", { performanceInsightsEnabled: true }, ["performanceInsightsKmsKeyId"]],
  [
    "aws:rds/instance:Instance",
    { performanceInsightsEnabled: true, performanceInsightsKmsKeyId: "arn:aws:kms:eu-west-1:111122223333:key/1" },
    [],
  ],
  ["aws:kms/key:Key", {}, ["enableKeyRotation"]],
  ["aws:kms/key:Key", { enableKeyRotation: false }, ["enableKeyRotation"]],
  ["aws:kms/key:Key", { enableKeyRotation: true }, []],
  [
    "aws:kms/key:Key",
    { customerMasterKeySpec: "SYMMETRIC_DEFAULT", keyUsage: "ENCRYPT_DECRYPT" },
    ["enableKeyRotation"],
  ],
  ["aws:kms/key:Key", { customerMasterKeySpec: "RSA_2048" }, []],
  ["aws:kms/key:Key", { keyUsage: "GENERATE_VERIFY_MAC" }, []],
  ["aws:kms/key:Key", { customKeyStoreId: "cks-1" }, []],
  [
    "aws:dynamodb/table:Table",
    { serverSideEncryption: { enabled: false, kmsKeyArn: "arn:aws:kms:eu-west-1:111122223333:key/1" } },
    ["serverSideEncryption.enabled"],
  ],
  ["aws:ecr/repository:Repository", {}, ["encryptionConfigurations"]],
  ["aws:ecr/repository:Repository", { encryptionConfigurations: [{}] }, ["encryptionConfigurations"]],
  [
    "aws:ecr/repository:Repository",
    {
      encryptionConfigurations: [
        { encryptionType: "AES256" },
        { encryptionType: "KMS_DSSE", kmsKey: "arn:aws:kms:eu-west-1:111122223333:key/1" },
      ],
    },
    ["encryptionConfigurations[0].kmsKey"],
  ],
  [
    "aws:ecr/repository:Repository",
    { encryptionConfigurations: [{ encryptionType: "KMS", kmsKey: "arn:aws:kms:eu-west-1:111122223333:key/1" }] },
    [],
  ],
  ["aws:eks/cluster:Cluster", { encryptionConfig: { resources: ["secrets"] } }, ["encryptionConfig.provider.keyArn"]],
  ["aws:eks/cluster:Cluster", {}, []],
  [
    "aws:eks/cluster:Cluster",
    { encryptionConfig: { resources: ["secrets"], provider: { keyArn: "arn:aws:kms:eu-west-1:111122223333:key/1" } } },
    [],
  ],
];

test.each(CASES)("whose key it is: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(CUSTOMER_KEYS, object), ({ path }) => path)).toEqual(wrong);
});
