import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Namespace } from "../../../cluster/index.ts";
import { optOut } from "../../../core/opt-out.ts";
import { AWS_PLACE } from "../../../testing/aws-place.ts";
import { record } from "../../../testing/record.ts";
import { type AwsPlace, Redis } from "../../index.ts";
import { watched as watchedMsk } from "../../kafka/msk-monitoring.ts";
import { watched as watchedAurora } from "../../postgres/aurora-monitoring.ts";
import { watched as watchedAmazonMq } from "../../rabbitmq/amazon-mq-monitoring.ts";
import { watched as watchedElastiCache } from "../../redis/elasticache-monitoring.ts";
import { type Alarm, type AlarmsOf, alarmPlan } from "./alarm.ts";
import { cloudWatchPlan } from "./dashboard.ts";
import { type Metric, metricsOf, queryOf } from "./metric.ts";

/**
 * What AWS publishes, by namespace: each set of dimensions, and the metrics that have it. An alarm on another name, or with another set of
 * dimensions, is silent for ever. From the Aurora user guide ("Amazon CloudWatch metrics for Amazon Aurora", "… dimensions for Aurora", "Monitoring RDS Proxy metrics with Amazon CloudWatch"), the ElastiCache
 * user guide ("Monitoring use", "Metrics for Valkey and Redis OSS"), the MSK developer guide ("Amazon MSK metrics for monitoring Standard
 * brokers with CloudWatch") and the Amazon MQ developer guide ("Available CloudWatch metrics for Amazon MQ for RabbitMQ brokers").
 */
const PUBLISHED: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "AWS/RDS": {
    DBClusterIdentifier:
      "MaximumUsedTransactionIDs DatabaseConnections FreeLocalStorage AuroraReplicaLagMaximum FreeableMemory VolumeBytesUsed",
    "DBClusterIdentifier, Role": "EngineUptime CPUUtilization CommitThroughput CommitLatency",
    ProxyName:
      "ClientConnections ClientConnectionsSetupFailedAuth DatabaseConnections DatabaseConnectionsBorrowLatency DatabaseConnectionsCurrentlyBorrowed DatabaseConnectionsCurrentlySessionPinned MaxDatabaseConnectionsAllowed",
    "ProxyName, TargetGroup, TargetRole": "AvailabilityPercentage",
  },
  "AWS/ElastiCache": {
    "CacheClusterId, CacheNodeId":
      "IsMaster DatabaseMemoryUsagePercentage Evictions EngineCPUUtilization ReplicationLag CacheHits CacheMisses CurrConnections",
  },
  "AWS/Kafka": {
    "Cluster Name": "ActiveControllerCount OfflinePartitionsCount GlobalPartitionCount",
    "Cluster Name, Broker ID":
      "UnderMinIsrPartitionCount UnderReplicatedPartitions KafkaDataLogsDiskUsed CpuIdle MessagesInPerSec ConnectionCount",
  },
  "AWS/AmazonMQ": {
    Broker:
      "QueueCount RabbitMQMemUsed RabbitMQMemLimit RabbitMQDiskFree RabbitMQDiskFreeLimit MessageReadyCount MessageUnacknowledgedCount SystemCpuUtilization PublishRate ConfirmRate AckRate ConnectionCount ConsumerCount",
  },
};

const ID = "production-store";
const STORES = {
  "an Aurora": watchedAurora(ID, { instances: 3, connections: 400 }),
  "an Aurora with a pooler": watchedAurora(ID, { instances: 3, connections: 400, pooler: {} }),
  "an ElastiCache that is a store": watchedElastiCache(ID, { replicas: 3, role: "store" }),
  "an ElastiCache that is a cache": watchedElastiCache(ID, { replicas: 6, role: "cache" }),
  "an MSK": watchedMsk(ID),
  "an Amazon MQ": watchedAmazonMq(ID, { backlog: 10_000 }),
};
const store: AlarmsOf = {
  id: ID,
  title: "Postgres orders",
  runbook: "aurora",
  topics: { topicArn: "arn:pages", warningTopicArn: "arn:mornings" },
  tags: { team: "shop" },
};

describe.each(Object.entries(STORES))("%s", (_, { runbook, alarms, panels }) => {
  test("is watched by metrics that AWS publishes, with the dimensions that they have", () => {
    const measures = [...alarms.map(({ measure }) => measure), ...panels.flatMap(({ lines }) => Object.values(lines))];
    for (const { namespace, name, dimensions } of measures.flatMap(metricsOf)) {
      const published = PUBLISHED[namespace]?.[dimensions.join(", ")]?.split(" ");
      expect(published, `${namespace} ${name} by ${dimensions.join(", ")}`).toContain(name);
    }
  });

  test("has a few alarms, each with a section of its runbook, and the runbook has no other", () => {
    const text = readFileSync(join(import.meta.dirname, `../../../../docs/runbooks/${runbook}.md`), "utf8");
    const sections = [...text.matchAll(/^## (\w+)$/gm)].map(([, heading]) => heading);
    expect(sections).toEqual(expect.arrayContaining(alarms.map(({ name }) => name)));
    const known = Object.values(STORES).filter((other) => other.runbook === runbook);
    const names = known.flatMap((other) => other.alarms.map(({ name }) => name));
    expect(sections.filter((heading = "") => !names.includes(heading))).toEqual([]);
    expect(alarms.length).toBeLessThan(10);
  });

  test("asks for no more than CloudWatch takes: ten metrics and a day for an alarm, one a minute", () => {
    for (const alarm of alarms) {
      const { metricQueries, evaluationPeriods } = alarmPlan(store, alarm);
      const queries = (metricQueries ?? []) as readonly unknown[];
      // The formula itself is none.
      expect(queries.length, alarm.name).toBeLessThanOrEqual(11);
      expect(Number(evaluationPeriods) * 60).toBeLessThanOrEqual(86_400);
    }
  });
});

describe("an alarm", () => {
  const measure: Metric = { namespace: "AWS/RDS", name: "A", dimensions: { D: "d" }, statistic: "Maximum" };
  const alarm: Alarm = {
    name: "AuroraNoWriter",
    severity: "critical",
    measure,
    when: { above: 3 },
    minutes: 5,
    summary: "no instance takes writes",
  };
  const plan = (change: Partial<Alarm> = {}, of: Partial<AlarmsOf> = {}) =>
    alarmPlan({ ...store, ...of }, { ...alarm, ...change });

  test("says what is wrong and where it is written what to do, and tells the end of it", () => {
    expect(plan()).toEqual({
      name: "production-store-AuroraNoWriter",
      alarmDescription:
        "Postgres orders: no instance takes writes (critical). What to do: docs/runbooks/aurora.md#auroranowriter",
      comparisonOperator: "GreaterThanThreshold",
      threshold: 3,
      treatMissingData: "notBreaching",
      evaluationPeriods: 5,
      datapointsToAlarm: 5,
      alarmActions: ["arn:pages"],
      okActions: ["arn:pages"],
      tags: { team: "shop", severity: "critical" },
      namespace: "AWS/RDS",
      metricName: "A",
      dimensions: { D: "d" },
      statistic: "Maximum",
      period: 60,
    });
    const { alarmDescription } = plan({}, { runbooks: "https://git.example.com/docs/runbooks" });
    expect(alarmDescription).toContain("https://git.example.com/docs/runbooks/aurora.md#auroranowriter");
  });

  test("that can wait goes to the other topic, or to the only one", () => {
    expect(plan({ severity: "warning" }).alarmActions).toEqual(["arn:mornings"]);
    expect(plan({ severity: "warning" }, { topics: { topicArn: "arn:pages" } }).alarmActions).toEqual(["arn:pages"]);
  });

  test.each([
    ["above a bound", { above: 3 }, "GreaterThanThreshold", 3, "notBreaching"],
    ["below one", { below: 3 }, "LessThanThreshold", 3, "notBreaching"],
    ["below one or silent", { below: 3, orSilent: true }, "LessThanThreshold", 3, "breaching"],
    ["silent, whatever the number was", "silent", "LessThanThreshold", 0, "breaching"],
  ] as const)("sounds %s", (_, when, comparisonOperator, threshold, treatMissingData) => {
    expect(plan({ when })).toMatchObject({ comparisonOperator, threshold, treatMissingData });
  });

  test("on the worst of many asks for them by what they share", () => {
    const worst = {
      worst: "MAX",
      namespace: "AWS/Kafka",
      name: "A",
      each: "Broker ID",
      of: { "Cluster Name": "k" },
    } as const;
    const query = 'SELECT MAX(A) FROM SCHEMA("AWS/Kafka", "Broker ID", "Cluster Name") WHERE "Cluster Name" = \'k\'';
    expect(plan({ measure: worst }).metricQueries).toEqual([
      { id: "worst", expression: query, period: 60, returnData: true },
    ]);
    expect(queryOf(worst, true)).toBe(`${query} GROUP BY "Broker ID"`);
  });

  test("on a formula returns what comes of it, and nothing else", () => {
    const queries = plan({ measure: { expression: "a / b", metrics: { a: measure, b: measure } } }).metricQueries;
    const part = (id: string) => ({
      id,
      metric: { namespace: "AWS/RDS", metricName: "A", dimensions: { D: "d" }, stat: "Maximum", period: 60 },
    });
    expect(queries).toEqual([{ id: "result", expression: "a / b", returnData: true }, part("a"), part("b")]);
  });
});

test("a lost node counts as nought: the rest of them say who is the primary", () => {
  const { alarms } = watchedElastiCache("cache", { replicas: 2, role: "cache" });
  const [{ measure } = {}] = alarms.filter(({ name }) => name === "ElastiCacheNoPrimary");
  expect(measure).toMatchObject({
    expression: "SUM([FILL(node1, 0), FILL(node2, 0)])",
    metrics: { node2: { dimensions: { CacheClusterId: "cache-002", CacheNodeId: "0001" } } },
  });
});

test("what has no copies is behind nobody", () => {
  const alone = [
    watchedElastiCache(ID, { replicas: 1, role: "store" }),
    watchedAurora(ID, { instances: 1, connections: 400 }),
  ];
  for (const { alarms } of alone) expect(alarms.filter(({ name }) => /Lag$/.test(name))).toEqual([]);
});

test("a dashboard shows the state of the alarms, what they look at with its bound, and the rest, side by side", () => {
  const { alarms, panels } = STORES["an Amazon MQ"];
  const { dashboardName, dashboardBody } = cloudWatchPlan(
    { id: ID, region: "eu-central-1", alarmArns: ["arn:a"] },
    alarms,
    panels,
  );
  expect(dashboardName).toBe(ID);
  const { widgets } = JSON.parse(String(dashboardBody));
  expect(widgets).toHaveLength(1 + alarms.length + panels.length);
  expect(widgets[0]).toMatchObject({ type: "alarm", x: 0, y: 0, properties: { alarms: ["arn:a"] } });
  const titled = (title: string) =>
    widgets.find(({ properties }: { properties: { title: string } }) => properties.title === title);
  expect(titled("AmazonMqBacklog")).toMatchObject({
    type: "metric",
    properties: {
      region: "eu-central-1",
      metrics: [["AWS/AmazonMQ", "MessageReadyCount", "Broker", ID, { stat: "Maximum", label: "AmazonMqBacklog" }]],
      annotations: { horizontal: [{ value: 10_000 }] },
    },
  });
  expect(titled("AmazonMqMemoryHigh").properties.metrics.map((line: unknown[]) => line.at(-1))).toMatchObject([
    { expression: "100 * used / limit" },
    { id: "used", visible: false },
    { id: "limit", visible: false },
  ]);
  expect(new Set(widgets.map(({ x, y }: { x: number; y: number }) => `${x},${y}`)).size).toBe(widgets.length);
});

describe("a store", () => {
  function made(alarms: AwsPlace["alarms"]) {
    return record("production", () => {
      const namespace = new Namespace("data", { quota: { cpu: "1", memory: "1Gi", pods: 9 } });
      new Redis("cache", {
        backend: "aws",
        aws: { ...AWS_PLACE, alarms },
        namespace,
        runbooks: "https://git.example.com/runbooks",
      });
    });
  }

  test("has its alarms and a dashboard that shows them, by the names that they have in AWS", async () => {
    const { resources, inputsOf } = await made({ topicArn: "arn:aws:sns:eu-central-1:123456789012:stores" });
    const alarms = resources.filter(({ type }) => type.endsWith(":MetricAlarm"));
    expect(alarms).toHaveLength(4);
    const { widgets } = JSON.parse(inputsOf(":Dashboard", "cache").dashboardBody);
    const arns = alarms.map(({ inputs }) => `arn:aws:cloudwatch:eu-central-1:123456789012:alarm:${inputs.name}`);
    expect(widgets[0].properties.alarms.sort()).toEqual(arns.sort());
    for (const { inputs } of alarms)
      expect(inputs.alarmDescription).toContain("https://git.example.com/runbooks/elasticache.md#");
  });

  test("of which nobody is told has a dashboard alone, and says why", async () => {
    const { resources, inputsOf } = await made(optOut("a test needs no pager"));
    expect(resources.filter(({ type }) => type.endsWith(":MetricAlarm"))).toEqual([]);
    const { widgets } = JSON.parse(inputsOf(":Dashboard", "cache").dashboardBody);
    expect(widgets.map(({ type }: { type: string }) => type)).not.toContain("alarm");
    expect(inputsOf(":ReplicationGroup", "cache").tags).toHaveProperty(["plumbline.dev/opt-out.alarms"]);
  });
});
