import { numeral, switched } from "../../core/aws.ts";
import { type AwsTable, broken, isIn, on, oneOf, setting } from "../../core/aws-settings.ts";
import type { Field } from "../../core/field.ts";
import { defineRule } from "../../core/rule.ts";

/** A database shows where its time goes by insights into its queries, or by its machine's own numbers. */
const DATABASE = [
  on("performanceInsightsEnabled", {
    when: (root) =>
      (numeral(root.at("monitoringInterval")) ?? 0) === 0 && root.at("databaseInsightsMode").text() !== "advanced",
  }),
];

function showsContainers(settings: Field): boolean {
  return settings
    .items()
    .some(
      (one) =>
        one.at("name").text() === "containerInsights" && ["enabled", "enhanced"].includes(one.at("value").text() ?? ""),
    );
}

/** Enhanced health: by its name, or by the stream of events that only it has. */
function showsHealth(settings: Field): boolean {
  const right = { SystemType: "enhanced", HealthStreamingEnabled: "true" };
  return settings.items().some((one) => {
    const name = one.at("name").text() ?? "";
    return (
      one.at("namespace").text()?.startsWith("aws:elasticbeanstalk:healthreporting:system") === true &&
      Object.entries(right).some(([key, value]) => key === name && one.at("value").scalar() === value)
    );
  });
}

/** Where AWS says whether it shows what goes on inside; nothing does by itself. */
export const MONITORING: AwsTable = {
  "aws:apigateway/stage:Stage": [on("xrayTracingEnabled")],
  "aws:appsync/graphQLApi:GraphQLApi": [on("xrayEnabled")],
  "aws:docdb/clusterInstance:ClusterInstance": [on("enablePerformanceInsights")],
  "aws:ec2/instance:Instance": [on("monitoring")],
  "aws:ec2/launchConfiguration:LaunchConfiguration": [
    setting("enableMonitoring", (field) => switched(field) === true, "true", { unset: true }),
  ],
  "aws:ecs/cluster:Cluster": [
    setting("settings", showsContainers, '[{ name: "containerInsights", value: "enhanced" }]'),
  ],
  "aws:elasticbeanstalk/environment:Environment": [
    setting(
      "settings",
      showsHealth,
      '[{ namespace: "aws:elasticbeanstalk:healthreporting:system", name: "SystemType", value: "enhanced" }]',
    ),
  ],
  "aws:lambda/function:Function": [oneOf("tracingConfig.mode", ["Active", "PassThrough"])],
  "aws:rds/clusterInstance:ClusterInstance": DATABASE,
  "aws:rds/instance:Instance": DATABASE,
  "aws:sfn/stateMachine:StateMachine": [on("tracingConfiguration.enabled")],
};

export const detailedMonitoringRequired = defineRule({
  id: "detailed-monitoring-required",
  section: "observability",
  title: "Functions, APIs and databases in AWS show what goes on inside them",
  severity: "low",
  why: "a slow answer cannot be followed to the query or call that costs the time",
  fix: "switch tracing or insights on where the resource is declared",
  frameworks: [],
  scope: "resource",
  optOut: "monitoring",
  exemptable: true,
  params: {},
  subjects: (object) => isIn(MONITORING, object),
  check: (object) => broken(MONITORING, object),
});
