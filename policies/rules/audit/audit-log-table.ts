import { switched, texts } from "../../core/aws.ts";
import { type AwsSetting, type AwsTable, filled, has, is, on, oneOf, setting } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";

/** A list of kinds of logs must hold all of these. */
function allOf(at: string, kinds: readonly string[]): AwsSetting {
  const wanted = JSON.stringify(kinds);
  return setting(at, (list) => kinds.every((kind) => texts(list).includes(kind)), wanted);
}

/** One of several places for logs must be switched on. */
function sentSomewhere(at: string, places: readonly string[]): AwsSetting {
  return setting(
    at,
    (logs) => places.some((place) => switched(logs.at(place, "enabled")) === true),
    `{ ${places[0]}: { enabled: true } }, or another place`,
  );
}

/** A domain publishes who did what; slow queries and errors are no audit. */
const DOMAIN = [
  setting(
    "logPublishingOptions",
    (options) =>
      options.items().some((one) => one.at("logType").text() === "AUDIT_LOGS" && switched(one.at("enabled")) !== false),
    '[{ logType: "AUDIT_LOGS", cloudwatchLogGroupArn: <the ARN of a log group> }]',
  ),
];

/** A broker has two logs: one is enough, but neither may be switched off. */
const BROKER = [
  setting(
    "logs",
    (logs) => {
      const states = ["general", "audit"].map((kind) => switched(logs.at(kind)));
      return states.includes(true) && !states.includes(false);
    },
    "{ general: true }, and for ActiveMQ { audit: true }",
  ),
];

/**
 * The logs that tell who did what, by a word in the engine's name (RDS user guide, "Publishing database logs to Amazon
 * CloudWatch Logs"). MySQL and MariaDB write `audit` only with their audit plugin.
 */
const ENGINE_LOGS: Readonly<Record<string, readonly string[]>> = {
  postgres: ["postgresql"],
  mysql: ["audit", "error"],
  mariadb: ["audit", "error"],
  oracle: ["audit", "alert"],
  sqlserver: ["agent", "error"],
  db2: ["diag.log", "notify.log"],
};

/** What a database shall publish: the logs of its engine, or those of all engines while its own is not known. */
function databaseLogs(root: Field): string {
  const { engine } = root.value as { engine?: unknown };
  const own = Object.entries(ENGINE_LOGS).find(([word]) => typeof engine === "string" && engine.includes(word));
  if (own) return JSON.stringify(own[1]);
  const each = Object.entries(ENGINE_LOGS).map(([word, logs]) => `${JSON.stringify(logs)} of ${word}`);
  return `the logs of the engine: ${each.join(", ")}`;
}

const AIRFLOW = ["schedulerLogs", "webserverLogs", "workerLogs"].map((logs) =>
  on(`loggingConfiguration.${logs}.enabled`),
);

/**
 * Where AWS says whether it keeps a record of what was done, by whom. Where nothing is set, only trails, detectors and
 * builds do (property documentation in @pulumi/aws 7.48).
 */
export function auditTable(clusterLogs: readonly string[]): AwsTable {
  return {
    "aws:cloudtrail/trail:Trail": [on("enableLogging", { unset: true })],
    "aws:codebuild/project:Project": [
      setting(
        "logsConfig",
        (config) => !["cloudwatchLogs", "s3Logs"].every((place) => isDisabled(config, place)),
        "cloudwatchLogs or s3Logs with a status that is not DISABLED",
        { unset: true },
      ),
    ],
    "aws:docdb/cluster:Cluster": [
      setting(
        "enabledCloudwatchLogsExports",
        (list) => texts(list).some((kind) => kind === "audit" || kind === "profiler"),
        '["audit"]',
      ),
    ],
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup": [
      setting(
        "parameters",
        (parameters) => parameters.items().some(auditsDocuments),
        '[{ name: "audit_logs", value: "all" }]',
      ),
    ],
    "aws:ecs/cluster:Cluster": [
      setting(
        "configuration.executeCommandConfiguration.logging",
        (logging) => logging.text() !== "NONE",
        '"OVERRIDE"',
        {
          when: has("configuration.executeCommandConfiguration"),
        },
      ),
    ],
    "aws:eks/cluster:Cluster": [allOf("enabledClusterLogTypes", clusterLogs)],
    "aws:elasticsearch/domain:Domain": DOMAIN,
    "aws:guardduty/detector:Detector": [on("enable", { unset: true })],
    "aws:mq/broker:Broker": BROKER,
    "aws:msk/cluster:Cluster": [sentSomewhere("loggingInfo.brokerLogs", ["cloudwatchLogs", "s3", "firehose"])],
    "aws:mwaa/environment:Environment": AIRFLOW,
    "aws:neptune/cluster:Cluster": [allOf("enableCloudwatchLogsExports", ["audit"])],
    "aws:opensearch/domain:Domain": DOMAIN,
    "aws:rds/cluster:Cluster": [
      setting("enabledCloudwatchLogsExports", (list) => texts(list).includes("audit"), '["audit"]', {
        when: is("engine", "aurora-mysql", "aurora", "mysql"),
        unset: true,
      }),
      filled("enabledCloudwatchLogsExports", databaseLogs),
    ],
    "aws:rds/instance:Instance": [filled("enabledCloudwatchLogsExports", databaseLogs)],
    "aws:redshiftserverless/namespace:Namespace": [allOf("logExports", ["userlog", "connectionlog"])],
    "aws:sfn/stateMachine:StateMachine": [
      on("loggingConfiguration.includeExecutionData"),
      oneOf("loggingConfiguration.level", ["ALL", "ERROR", "FATAL"], { unset: true }),
    ],
    "aws:transfer/server:Server": [
      filled("loggingRole", "a role that may write logs, or structuredLogDestinations", {
        when: (root) => !has("structuredLogDestinations")(root),
      }),
    ],
  };
}

function isDisabled(config: Field, place: string): boolean {
  const status = config.at(place, "status").text();
  // AWS's defaults: to CloudWatch, not to S3.
  return status === "DISABLED" || (status === undefined && place === "s3Logs");
}

function auditsDocuments(parameter: Field): boolean {
  const value = parameter.at("value").text() ?? "";
  return parameter.at("name").text() === "audit_logs" && /enabled|ddl|dml|all/.test(value);
}
