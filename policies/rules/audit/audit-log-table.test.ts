import { expect, test } from "vitest";
import { broken } from "../../core/aws-settings.ts";
import { StackObject } from "../../core/stack-object.ts";
import { auditTable } from "./audit-log-table.ts";

/** A resource of AWS, and where in it something is wrong. */
type Case = readonly [type: string, props: Record<string, unknown>, wrong: readonly string[]];

const CASES: readonly Case[] = [
  ["aws:codebuild/project:Project", {}, []],
  ["aws:codebuild/project:Project", { logsConfig: { cloudwatchLogs: { status: "DISABLED" } } }, ["logsConfig"]],
  [
    "aws:codebuild/project:Project",
    { logsConfig: { cloudwatchLogs: { status: "DISABLED" }, s3Logs: { status: "ENABLED" } } },
    [],
  ],
  ["aws:codebuild/project:Project", { logsConfig: { s3Logs: { status: "DISABLED" } } }, []],
  ["aws:docdb/cluster:Cluster", {}, ["enabledCloudwatchLogsExports"]],
  ["aws:docdb/cluster:Cluster", { enabledCloudwatchLogsExports: ["error"] }, ["enabledCloudwatchLogsExports"]],
  ["aws:docdb/cluster:Cluster", { enabledCloudwatchLogsExports: ["error", "audit"] }, []],
  ["aws:docdb/cluster:Cluster", { enabledCloudwatchLogsExports: ["profiler"] }, []],
  ["aws:docdb/clusterParameterGroup:ClusterParameterGroup", { parameters: [] }, ["parameters"]],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    { parameters: [{ name: "tls", value: "enabled" }] },
    ["parameters"],
  ],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    { parameters: [{ name: "audit_logs", value: "disabled" }] },
    ["parameters"],
  ],
  ["aws:docdb/clusterParameterGroup:ClusterParameterGroup", { parameters: [{ name: "audit_logs" }] }, ["parameters"]],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    {
      parameters: [
        { name: "tls", value: "disabled" },
        { name: "audit_logs", value: "enabled" },
      ],
    },
    [],
  ],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    {
      parameters: [
        { name: "tls", value: "disabled" },
        { name: "audit_logs", value: "ddl" },
      ],
    },
    [],
  ],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    {
      parameters: [
        { name: "tls", value: "disabled" },
        { name: "audit_logs", value: "dml_write" },
      ],
    },
    [],
  ],
  [
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    {
      parameters: [
        { name: "tls", value: "disabled" },
        { name: "audit_logs", value: "all" },
      ],
    },
    [],
  ],
  ["aws:ecs/cluster:Cluster", {}, []],
  [
    "aws:ecs/cluster:Cluster",
    { configuration: { executeCommandConfiguration: { logging: "NONE" } } },
    ["configuration.executeCommandConfiguration.logging"],
  ],
  [
    "aws:ecs/cluster:Cluster",
    { configuration: { executeCommandConfiguration: { kmsKeyId: "arn" } } },
    ["configuration.executeCommandConfiguration.logging"],
  ],
  ["aws:ecs/cluster:Cluster", { configuration: { executeCommandConfiguration: { logging: "DEFAULT" } } }, []],
  ["aws:guardduty/detector:Detector", {}, []],
  ["aws:guardduty/detector:Detector", { enable: false }, ["enable"]],
  ["aws:mq/broker:Broker", { logs: { general: true, audit: false } }, ["logs"]],
  ["aws:mq/broker:Broker", { logs: { audit: "true" } }, []],
  ["aws:msk/cluster:Cluster", { loggingInfo: { brokerLogs: { cloudwatchLogs: { enabled: true } } } }, []],
  ["aws:msk/cluster:Cluster", { loggingInfo: { brokerLogs: { s3: { enabled: true } } } }, []],
  ["aws:msk/cluster:Cluster", { loggingInfo: { brokerLogs: { firehose: { enabled: true } } } }, []],
  ["aws:msk/cluster:Cluster", { loggingInfo: { brokerLogs: { s3: { enabled: false } } } }, ["loggingInfo.brokerLogs"]],
  [
    "aws:rds/cluster:Cluster",
    { engine: "aurora-mysql", enabledCloudwatchLogsExports: ["error"] },
    ["enabledCloudwatchLogsExports"],
  ],
  [
    "aws:rds/cluster:Cluster",
    { engine: "aurora", enabledCloudwatchLogsExports: ["error"] },
    ["enabledCloudwatchLogsExports"],
  ],
  [
    "aws:rds/cluster:Cluster",
    { engine: "mysql", enabledCloudwatchLogsExports: ["error"] },
    ["enabledCloudwatchLogsExports"],
  ],
  ["aws:rds/cluster:Cluster", { engine: "aurora-mysql", enabledCloudwatchLogsExports: ["audit"] }, []],
  ["aws:rds/cluster:Cluster", { engine: "aurora-mysql" }, ["enabledCloudwatchLogsExports"]],
  ["aws:rds/cluster:Cluster", { engine: "aurora-postgresql", enabledCloudwatchLogsExports: ["postgresql"] }, []],
  ["aws:redshiftserverless/namespace:Namespace", { logExports: ["userlog"] }, ["logExports"]],
  ["aws:redshiftserverless/namespace:Namespace", { logExports: ["connectionlog"] }, ["logExports"]],
  ["aws:redshiftserverless/namespace:Namespace", { logExports: ["useractivitylog", "connectionlog", "userlog"] }, []],
  [
    "aws:sfn/stateMachine:StateMachine",
    { loggingConfiguration: { includeExecutionData: true, level: "OFF" } },
    ["loggingConfiguration.level"],
  ],
  ["aws:sfn/stateMachine:StateMachine", { loggingConfiguration: { includeExecutionData: true, level: "ALL" } }, []],
  ["aws:sfn/stateMachine:StateMachine", { loggingConfiguration: { includeExecutionData: true, level: "ERROR" } }, []],
  ["aws:sfn/stateMachine:StateMachine", { loggingConfiguration: { includeExecutionData: true, level: "FATAL" } }, []],
  ["aws:sfn/stateMachine:StateMachine", { loggingConfiguration: { includeExecutionData: true } }, []],
  ["aws:sfn/stateMachine:StateMachine", {}, ["loggingConfiguration.includeExecutionData"]],
  ["aws:transfer/server:Server", {}, ["loggingRole"]],
  ["aws:transfer/server:Server", { loggingRole: "arn:aws:iam::111122223333:role/logs" }, []],
  [
    "aws:transfer/server:Server",
    { structuredLogDestinations: ["arn:aws:logs:eu-west-1:111122223333:log-group:a:*"] },
    [],
  ],
];

test.each(CASES)("what keeps no record: %s %j", (type, props, wrong) => {
  const object = new StackObject({ type, name: "a", props });
  expect(Array.from(broken(auditTable(["audit"]), object), ({ path }) => path)).toEqual(wrong);
});
