import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { SCRAPES_METRICS } from "../../core/labels.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type KafkaArgs, type TopicArgs } from "./args.ts";
import { type Access, clusterId, declared, nodeFiles, partsOf } from "./config.ts";
import { networkPlans, nodesPlan } from "./plan.ts";
import { kafkaProblems } from "./problems.ts";
import { replication } from "./topics.ts";

const base: KafkaArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  topics: { orders: {}, prices: { compacted: true, partitions: 12 } },
};
const access = (consumer: string, topic: string, right: Access["right"]): Access => ({
  consumer,
  topic,
  right,
  namespace: "shop",
  podLabels: { "app.kubernetes.io/name": consumer },
});

test("three copies, and a write is acknowledged when two have it; a single broker has one", () => {
  expect(replication(3)).toEqual({ factor: 3, minInSync: 2 });
  expect(replication(9)).toEqual({ factor: 3, minInSync: 2 });
  expect(replication(1)).toEqual({ factor: 1, minInSync: 1 });
});

test("what is declared does not depend on the order of declaration", () => {
  const accesses = [access("payments", "orders", "consume"), access("orders", "orders", "publish")];
  const args = complete(base);
  expect(declared(args, [...accesses].reverse())).toBe(declared(args, accesses));
});

test("topics and rights are one to a line, with copies and retention", () => {
  const text = declared(complete(base), [access("payments", "orders", "consume")]);
  expect(text.split("\n")).toEqual([
    "topic orders 6 3 min.insync.replicas=2,cleanup.policy=delete,retention.ms=604800000",
    "topic prices 12 3 min.insync.replicas=2,cleanup.policy=compact",
    "consume payments orders",
    "",
  ]);
});

describe("topics of personal data", () => {
  const store = { ...base, dataClass: "personal", retention: "30d" } as const;
  const line = (topic: TopicArgs) =>
    declared(complete({ ...store, topics: { orders: topic } }), [])
      .split(" ")
      .at(-1)
      ?.trim();
  const wrong = (topic: TopicArgs, of: Partial<KafkaArgs> = store) =>
    kafkaProblems("kafka", complete({ ...base, ...of, topics: { orders: topic } }));
  const tombstones = optOut("orders writes one for who is erased, and after a year");

  test("no record stays for longer than is said: its file ends before", () => {
    expect(line({ retention: "16d" })).toBe(
      `min.insync.replicas=2,cleanup.policy=delete,retention.ms=${15 * 86_400_000},segment.ms=86400000`,
    );
    expect(line({ retention: "8h" })).toMatch(/retention\.ms=25200000,segment\.ms=3600000$/);
    expect(line({ dataClass: "internal" })).toMatch(/retention\.ms=604800000$/);
  });

  test("a key's records are gone within a week of the empty one", () => {
    expect(line({ compacted: true, tombstones })).toMatch(
      /compact,segment\.ms=86400000,max\.compaction\.lag\.ms=518400000$/,
    );
  });

  test.each<[what: string, topic: TopicArgs, store: Partial<KafkaArgs>, field: string, allowed: RegExp]>([
    ["for next to no time", { retention: "1s" }, store, "topics.orders.retention", /at least "1m"/],
    ["for longer than the store", { retention: "31d" }, store, "topics.orders.retention", /at most the store's, "30d"/],
    ["for ever", { compacted: true }, store, "topics.orders.compacted", /or tombstones: optOut/],
    [
      "in a store of another class",
      { dataClass: "personal" },
      {},
      "topics.orders.dataClass",
      /at most the store's, confidential/,
    ],
    [
      "in one that is kept as closely",
      { dataClass: "personal" },
      { dataClass: "restricted" },
      "topics.orders.dataClass",
      /"personal" for the store/,
    ],
    ["of no class", { dataClass: "secret" as never }, store, "topics.orders.dataClass", /public, internal/],
  ])("kept %s are refused", (_, topic, of, field, allowed) => {
    expect(wrong(topic, of)).toMatchObject([{ field, allowed: expect.stringMatching(allowed) }]);
  });

  test("what is about nobody may stay beside them", () => {
    expect(wrong({ dataClass: "internal", compacted: true })).toEqual([]);
    expect(wrong({ compacted: true, tombstones })).toEqual([]);
  });

  test("say on their servers that nothing else deletes them", () => {
    const label = { "plumbline.dev/data-class": "personal" };
    expect(nodesPlan("kafka", "broker", complete(store), "id")).toMatchObject({
      metadata: {
        labels: label,
        annotations: { "plumbline.dev/opt-out.retention": expect.stringContaining("end after its retention") },
      },
      spec: { volumeClaimTemplates: [{ metadata: { labels: label } }] },
    });
  });
});

test("no listener is without TLS, and nothing is allowed that was not given", () => {
  const common = nodeFiles("kafka", complete(base))["common.properties"] ?? "";
  expect(common).toContain("listener.security.protocol.map=CONTROLLER:SSL,INTERNAL:SSL,CLIENTS:SASL_SSL");
  expect(common).not.toMatch(/PLAINTEXT/);
  expect(common).toContain("allow.everyone.if.no.acl.found=false");
  expect(common).toContain("super.users=User:kafka-server;User:kafka-admin");
});

test("a broker without a zone does not start: rack awareness would be gone without a word", () => {
  expect(nodeFiles("kafka", complete(base))["node.sh"]).toMatch(/broker\.rack=\$\{ZONE:\?/);
});

test("the cluster's id is of Kafka's form, the same every time, and another for another stack", () => {
  const id = clusterId("local", "shop-data", "kafka");
  expect(id).toMatch(/^[A-Za-z0-9_-]{22}$/);
  expect(clusterId("local", "shop-data", "kafka")).toBe(id);
  expect(clusterId("dev", "shop-data", "kafka")).not.toBe(id);
});

test("a service that uses several topics comes in once, and only to the brokers", () => {
  const accesses = [access("payments", "orders", "consume"), access("payments", "prices", "publish")];
  const { controller, broker, setup } = networkPlans("kafka", complete(base), accesses);
  expect(JSON.stringify(broker.ingress).match(/payments/g)).toHaveLength(1);
  expect(JSON.stringify([controller.ingress, setup.ingress])).not.toContain("payments");
  expect(setup.ingress).toEqual([]);
});

test("metrics are for who reads everybody's, and for nobody else", () => {
  const { controller, broker, setup } = networkPlans("kafka", complete(base), [
    access("payments", "orders", "consume"),
  ]);
  const admitted = (rules: unknown) =>
    (rules as { ports: { port: number }[] }[]).filter(({ ports }) => ports.some(({ port }) => port === 9404));
  for (const { ingress } of [controller, broker])
    expect(admitted(ingress)).toEqual([
      { from: [{ namespaceSelector: { matchLabels: SCRAPES_METRICS } }], ports: [{ protocol: "TCP", port: 9404 }] },
    ]);
  expect(admitted(setup.ingress)).toEqual([]);
});

test("the exporter is in the node alone, not in the tool that formats its disk before", () => {
  const script = nodeFiles("kafka", complete(base))["node.sh"] ?? "";
  expect(script.indexOf("kafka-storage.sh format")).toBeLessThan(script.indexOf("-javaagent:"));
  expect(script.indexOf("-javaagent:")).toBeLessThan(script.indexOf("exec /opt/kafka/bin/kafka-server-start.sh"));
});

test.each<[what: string, args: Partial<KafkaArgs>, field: string, allowed: RegExp]>([
  ["two controllers", { controllers: 2 }, "controllers", /3, 5 or 7/],
  ["two brokers", { brokers: 2 }, "brokers", /3 or more, for three copies/],
  ["two zones", { zones: ["a", "b"] }, "zones", /three zones or more/],
  ["a topic in capitals", { topics: { Orders: {} } }, "topics.Orders", /a DNS label/],
  ["no partition", { topics: { orders: { partitions: 0 } } }, "topics.orders.partitions", /from 1 to 1000/],
  [
    "a retention that Kafka cannot count",
    { topics: { orders: { retention: "99999999999999999999d" } } },
    "topics.orders.retention",
    /a duration from "1s" to "36500d"/,
  ],
  [
    "a retention of no time",
    { topics: { orders: { retention: "ages" as never } } },
    "topics.orders.retention",
    /a duration/,
  ],
])("%s is refused", (_, args, field, allowed) => {
  expect(kafkaProblems("kafka", complete({ ...base, ...args }))).toEqual([
    { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
  ]);
});

describe("combined", () => {
  const args = complete({ ...base, controllers: "combined" });

  test("brokers are the voters, by their own numbers, and nothing is left of separate controllers", () => {
    const files = nodeFiles("kafka", args);
    expect(partsOf(args)).toEqual(["broker"]);
    expect(files["common.properties"]).toContain(
      "controller.quorum.voters=100@kafka-broker-0.kafka-broker.shop-data.svc:9093,101@kafka-broker-1.",
    );
    expect(files["broker.properties"]).toMatch(/^process\.roles=broker,controller$/m);
    expect(files["broker.properties"]).toMatch(/^listeners=.*CONTROLLER:\/\/:9093$/m);
    expect(files).not.toHaveProperty(["controller.properties"]);
    expect(nodesPlan("kafka", "broker", args, "id").spec).toMatchObject({ replicas: 3 });
  });

  test("votes go from broker to broker, on a port that is open among them alone", () => {
    const { broker } = networkPlans("kafka", args, [access("payments", "orders", "consume")]);
    const rules = broker.ingress as { from: unknown[]; ports: { port: number }[] }[];
    const toVote = rules.filter(({ ports }) => ports.some(({ port }) => port === 9093));
    expect(toVote).toHaveLength(1);
    expect(JSON.stringify(toVote)).toContain("kafka");
    expect(JSON.stringify(toVote)).not.toContain("payments");
    expect(JSON.stringify(broker.egress)).not.toContain("controller");
  });

  test("a transform of controllers that are not there is refused", () => {
    expect(kafkaProblems("kafka", { ...args, transform: { controllers: () => undefined } })).toEqual([
      { field: "transform.controllers", given: "a transform", allowed: expect.stringMatching(/transform\.brokers/) },
    ]);
  });

  test("a disk keeps the roles that it was formatted for", () => {
    expect(nodeFiles("kafka", args)["node.sh"]).toMatch(/cannot be changed while there is data.*\n\s+exit 1/);
  });

  test("four brokers are no quorum", () => {
    expect(kafkaProblems("kafka", { ...args, brokers: 4 })).toEqual([
      { field: "brokers", given: 4, allowed: expect.stringMatching(/3, 5 or 7/) },
    ]);
  });
});

test("one of each is enough where someone says why", () => {
  const args = { ...base, controllers: 1, brokers: 1, replication: optOut("made anew from fixtures") };
  expect(kafkaProblems("kafka", complete(args))).toEqual([]);
  expect(kafkaProblems("kafka", complete({ ...args, brokers: 3 })).map(({ field }) => field)).toEqual(["brokers"]);
});
