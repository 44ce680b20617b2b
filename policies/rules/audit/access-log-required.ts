import { awsType, namesOf, pointer, pointers } from "../../core/aws.ts";
import { type AwsTable, broken, filled, has, is, isIn, on, oneOf, unless } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { defineRule, type Violation } from "../../core/rule.ts";
import type { Stack } from "../../core/stack.ts";
import type { StackObject } from "../../core/stack-object.ts";
import { someKnown } from "../../core/unknown.ts";
import { signsOfRecords } from "./log-bucket.ts";

const LOG_GROUP = "the ARN of a log group";

/** Where what answers requests in AWS says where it records them; nothing does by itself. */
export const ACCESS_LOGS: AwsTable = {
  "aws:apigateway/stage:Stage": [filled("accessLogSettings.destinationArn", LOG_GROUP)],
  "aws:apigatewayv2/stage:Stage": [filled("accessLogSettings.destinationArn", LOG_GROUP)],
  "aws:appsync/graphQLApi:GraphQLApi": [
    filled("logConfig.cloudwatchLogsRoleArn", "the ARN of a role that may write logs"),
    oneOf("logConfig.fieldLogLevel", ["ALL", "ERROR", "INFO", "DEBUG"], { when: has("logConfig") }),
  ],
  "aws:elb/loadBalancer:LoadBalancer": [
    filled("accessLogs.bucket", "the name of a bucket"),
    on("accessLogs.enabled", { unset: true }),
  ],
  "aws:globalaccelerator/accelerator:Accelerator": [on("attributes.flowLogsEnabled")],
  "aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator": [on("attributes.flowLogsEnabled")],
  // A Gateway Load Balancer passes packets on and sees no requests.
  "aws:lb/loadBalancer:LoadBalancer": [on("accessLogs.enabled", { when: unless(is("loadBalancerType", "gateway")) })],
  "aws:waf/webAcl:WebAcl": [filled("loggingConfiguration.logDestination", "the ARN of a Firehose stream")],
  "aws:wafregional/webAcl:WebAcl": [filled("loggingConfiguration.logDestination", "the ARN of a Firehose stream")],
};

/** What records for another resource, by the other's type: where it points at it, and how it may be named in AWS. */
interface Recorder {
  readonly type: string;
  readonly keyOf: (recorder: StackObject) => string;
  readonly name: string;
  readonly wanted: string;
  /** Whether the resource itself says that it is recorded, or needs no record. */
  readonly itself: (root: Field) => boolean;
}

const BUCKET = "aws:s3/bucket:Bucket";

const DISTRIBUTION = "aws:cloudfront/distribution:Distribution";

const RECORDERS: Readonly<Record<string, Recorder>> = {
  [DISTRIBUTION]: {
    type: "aws:cloudwatch/logDeliverySource:LogDeliverySource",
    keyOf: (source) => pointer(source, DISTRIBUTION, "resourceArn"),
    name: "id",
    wanted: "loggingConfig.bucket, or a LogDeliverySource of the stack with the resourceArn of this one",
    itself: has("loggingConfig.bucket"),
  },
  [BUCKET]: {
    type: "aws:s3/bucketLogging:BucketLogging",
    keyOf: (logging) => pointer(logging, BUCKET, "bucket"),
    name: "bucket",
    wanted: "a BucketLogging of the stack for this bucket",
    itself: (root) =>
      has("logging.targetBucket")(root) ||
      has("loggings[].targetBucket")(root) ||
      root.at("acl").text() === "log-delivery-write",
  },
  "aws:ec2/vpc:Vpc": {
    type: "aws:ec2/flowLog:FlowLog",
    keyOf: (log) => pointer(log, "aws:ec2/vpc:Vpc", "vpcId"),
    name: "id",
    wanted: "a FlowLog of the stack with this vpcId",
    itself: () => false,
  },
  "aws:wafv2/webAcl:WebAcl": {
    type: "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",
    keyOf: (configuration) => pointer(configuration, "aws:wafv2/webAcl:WebAcl", "resourceArn"),
    name: "name",
    wanted: "a WebAclLoggingConfiguration of the stack with the resourceArn of this one",
    itself: () => false,
  },
};

export const accessLogRequired = defineRule({
  id: "access-log-required",
  section: "compliance",
  title: "What answers requests in AWS records them",
  severity: "medium",
  why: "without a record of requests nobody finds the cause of an error, the source of an attack, or what a thief has read",
  fix: "name a bucket or a log group for the access log where the resource is declared",
  frameworks: ["SOC2:CC7.2", "PCI-DSS-4.0:10.2.1"],
  scope: "stack",
  optOut: "accessLog",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(ACCESS_LOGS, object) || Object.hasOwn(RECORDERS, awsType(object)),
  *check(object, _params, stack) {
    const recorder = RECORDERS[awsType(object)];
    if (recorder) yield* recorded(object, recorder, stack);
    else yield* broken(ACCESS_LOGS, object);
  },
});

function* recorded(object: StackObject, recorder: Recorder, stack: Stack): Generator<Violation> {
  const names = namesOf(object, recorder.name);
  const apart = pointers(stack, recorder.type, recorder.keyOf, names);
  const holds = [
    () => recorder.itself(object.root),
    ...apart.map((one) => () => names.includes(recorder.keyOf(one))),
    ...signsOfRecords(object, names, stack),
  ];
  if (someKnown(holds, (hold) => hold())) return;
  yield { path: "", given: "without a record of its requests", wanted: recorder.wanted };
}
