import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type KafkaArgs } from "./args.ts";
import { type Access, declared } from "./config.ts";
import { watched } from "./monitoring.ts";
import { nodesPlan } from "./plan.ts";
import { kafkaProblems } from "./problems.ts";
import { strimziNetworks } from "./strimzi-network.ts";
import { kafkaPlan, poolPlan, rightsOf, strimziPlaces, topicPlan, userPlan } from "./strimzi-plan.ts";
import { declaredTopics } from "./topics.ts";

const base: KafkaArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  operator: "strimzi",
  topics: { orders: {}, prices: { compacted: true, partitions: 12 } },
};
const own: KafkaArgs = (({ operator: _, ...rest }) => rest)(base);
const access = (consumer: string, topic: string, right: Access["right"]): Access => ({
  consumer,
  topic,
  right,
  namespace: "shop",
  podLabels: { "app.kubernetes.io/name": consumer },
});

describe("rights", () => {
  test("a publisher writes to its topics alone, and has no group", () => {
    expect(
      rightsOf("checkout", [access("checkout", "orders", "publish"), access("mailer", "orders", "consume")]),
    ).toEqual([
      {
        type: "allow",
        resource: { type: "topic", name: "orders", patternType: "literal" },
        operations: ["Write", "Describe"],
      },
    ]);
  });

  test("a consumer reads its topics, in groups that begin with its name", () => {
    const rights = rightsOf("mailer", [access("mailer", "prices", "consume"), access("mailer", "orders", "consume")]);
    expect(
      rights.map(({ resource: { type, name, patternType }, operations }) => [type, name, patternType, ...operations]),
    ).toEqual([
      ["topic", "orders", "literal", "Read", "Describe"],
      ["topic", "prices", "literal", "Read", "Describe"],
      ["group", "mailer", "prefix", "Read", "Describe"],
    ]);
  });

  test("they do not depend on the order of declaration, and none of them is to deny, to make or to alter", () => {
    const all = [access("a", "x", "consume"), access("a", "x", "publish"), access("a", "w", "publish")];
    expect(rightsOf("a", [...all].reverse())).toEqual(rightsOf("a", all));
    expect(new Set(rightsOf("a", all).flatMap(({ operations }) => operations))).toEqual(
      new Set(["Read", "Write", "Describe"]),
    );
  });

  test("who declares nothing has none", () => {
    expect(rightsOf("idle", [access("mailer", "orders", "consume")])).toEqual([]);
  });
});

test("a user takes its password from our Secret, and is another object with another password", () => {
  const at = (rotation: number) => userPlan("kafka", "mailer", { ...complete(base), rotation }, []);
  const from = (rotation: number) => at(rotation).spec.authentication.password.valueFrom.secretKeyRef;
  expect(at(1).metadata).toMatchObject({ name: "kafka-mailer", labels: { "strimzi.io/cluster": "kafka" } });
  expect([from(1), from(2)]).toEqual([
    { name: "kafka-mailer-password", key: "password-1" },
    { name: "kafka-mailer-password", key: "password-2" },
  ]);
});

test("topics are those that the set-up of our own Kafka would make", () => {
  const args = complete(base);
  const made = declaredTopics(args).map((topic) => topicPlan("kafka", args, topic).spec);
  const lines = made.map(({ topicName, partitions, replicas, config }) => {
    const settings = Object.entries(config).map((setting) => setting.join("="));
    return `topic ${topicName} ${partitions} ${replicas} ${settings.join(",")}`;
  });
  expect(lines).toEqual(declared(complete(own), []).trim().split("\n"));
});

test("a topic says its own class, and who forgets people where it is compacted", () => {
  const tombstones = optOut("orders writes one for who is erased");
  const args = complete({
    ...base,
    dataClass: "personal",
    retention: "30d",
    topics: { people: { compacted: true, tombstones }, prices: { dataClass: "internal" } },
  });
  const [people, prices] = declaredTopics(args).map((topic) => topicPlan("kafka", args, topic).metadata);
  expect(people?.labels).toMatchObject({ "plumbline.dev/data-class": "personal" });
  expect(people?.annotations).toMatchObject({ "plumbline.dev/opt-out.retention": tombstones.optOut });
  expect(prices?.labels).toMatchObject({ "plumbline.dev/data-class": "internal" });
  expect(prices?.annotations).not.toHaveProperty("plumbline.dev/opt-out.retention");
});

describe("nodes", () => {
  test("have the resources, the disk, the room in zones and the time to end of our own", () => {
    for (const part of ["controller", "broker"] as const) {
      const pool = poolPlan("kafka", part, complete(base)).spec;
      const pod = pool.template.pod;
      const storage = pool.storage.volumes[0]?.size;
      expect(nodesPlan("kafka", part, complete(own), "id").spec).toMatchObject({
        replicas: pool.replicas,
        volumeClaimTemplates: [{ spec: { resources: { requests: { storage } } } }],
        template: {
          spec: {
            terminationGracePeriodSeconds: pod.terminationGracePeriodSeconds,
            containers: [{ resources: pool.resources }],
            tolerations: pod.tolerations,
          },
        },
      });
      expect(pool.jvmOptions).toEqual({
        "-Xms": pool.jvmOptions["-Xmx"],
        "-Xmx": part === "broker" ? "1024m" : "512m",
      });
      const zone = { topologyKey: "topology.kubernetes.io/zone", whenUnsatisfiable: "DoNotSchedule", maxSkew: 1 };
      expect(pod.topologySpreadConstraints).toEqual([expect.objectContaining(zone)]);
    }
  });

  test("with combined controllers there is one pool, of both roles", () => {
    const args = complete({ ...base, controllers: "combined" });
    expect(poolPlan("kafka", "broker", args).spec).toMatchObject({ roles: ["controller", "broker"], replicas: 3 });
  });

  test("are told apart by number, and disks go only where the data is not kept", () => {
    const pool = (part: "controller" | "broker", retain = true) =>
      poolPlan("kafka", part, complete({ ...base, retain }));
    const ids = (part: "controller" | "broker") => pool(part).metadata.annotations?.["strimzi.io/next-node-ids"];
    expect([ids("controller"), ids("broker")]).toEqual(["[0-99]", "[100-9999]"]);
    expect(pool("broker").spec.storage.volumes[0]?.deleteClaim).toBe(false);
    expect(pool("broker", false).spec.storage.volumes[0]?.deleteClaim).toBe(true);
  });
});

test("no client comes in without TLS and a password, and a single broker keeps single copies", () => {
  const { listeners, authorization, config } = kafkaPlan("kafka", complete(base)).spec.kafka;
  expect(listeners.map(({ tls, authentication }) => [tls, authentication.type])).toEqual([[true, "scram-sha-512"]]);
  expect(authorization).toEqual({ type: "simple" });
  expect(config).toMatchObject({
    "default.replication.factor": 3,
    "min.insync.replicas": 2,
    "ssl.enabled.protocols": "TLSv1.3",
  });
  const alone = { ...base, brokers: 1, controllers: 1, replication: optOut("a place to try things out") };
  const single = kafkaPlan("kafka", complete(alone));
  expect(single.spec.kafka.config).toMatchObject({ "default.replication.factor": 1, "min.insync.replicas": 1 });
  expect(single.metadata.annotations).toMatchObject({
    "plumbline.dev/opt-out.replication": "a place to try things out",
  });
});

describe("networks", () => {
  const of = (accesses: Access[]) => strimziNetworks("kafka", "shop-data", "strimzi-system", accesses);
  const ports = (rules: { ports: { port: number }[] }[]) => rules.flatMap((rule) => rule.ports.map(({ port }) => port));

  test("consumers reach one port, once each; nobody does where nobody consumes", () => {
    const rules = of([access("b", "x", "publish"), access("a", "x", "consume"), access("a", "y", "consume")]).nodes;
    const [first] = rules.ingress as unknown as { from: { podSelector: object }[]; ports: { port: number }[] }[];
    expect(first?.ports).toEqual([{ protocol: "TCP", port: 9092 }]);
    expect(first?.from.map(({ podSelector }) => podSelector)).toEqual(
      ["a", "b"].map((name) => ({ matchLabels: { "app.kubernetes.io/name": name } })),
    );
    expect(ports(of([]).nodes.ingress as never)).not.toContain(9092);
  });

  test("nodes, operator, what makes users, and Prometheus: each has its ports, and nothing comes in without a sender", () => {
    const { nodes, entities } = of([]);
    expect(ports(nodes.ingress as never)).toEqual([9090, 9091, 9090, 9091, 8443, 9091, 9404]);
    expect(nodes.ingress).toEqual(
      (nodes.ingress as object[]).map(() => expect.objectContaining({ from: expect.anything() })),
    );
    expect(entities.ingress).toEqual([]);
    expect(ports(entities.egress as never)).toEqual([9091, 443, 6443]);
  });
});

test("alerts and dashboard are those of our own nodes, by the names that Strimzi gives pods and disks", () => {
  const args = complete(base);
  const ours = watched("kafka", complete(own));
  const theirs = watched("kafka", args, strimziPlaces("kafka"));
  expect(theirs.alerts.map(({ name }) => name)).toEqual(ours.alerts.map(({ name }) => name));
  expect(theirs.scrapes).toEqual([{ port: "tcp-prometheus" }]);
  expect(theirs.pods).toEqual({ "strimzi.io/cluster": "kafka" });
  const asked = JSON.stringify([theirs.alerts, theirs.panels]);
  const patterns = new Set(
    [...asked.matchAll(/(?:pod|persistentvolumeclaim)=~\\+"(.*?)\\+"/g)].map(([, pattern = ""]) => pattern),
  );
  const named = ["kafka-kafka-broker-100", "data-0-kafka-kafka-controller-2"];
  for (const name of named)
    expect(
      [...patterns].some((pattern) => new RegExp(`^(${pattern})$`).test(name)),
      name,
    ).toBe(true);
  expect([...patterns].every((pattern) => !new RegExp(`^(${pattern})$`).test("kafka-broker-0"))).toBe(true);
});

describe("refuses", () => {
  const transform = () => ({});
  test.each<[what: string, args: Partial<KafkaArgs>, field: string, allowed: RegExp]>([
    ["another operator", { operator: "koperator" as never }, "operator", /"strimzi", or nothing/],
    ["a Kafka that it has no image of", { version: "4.1.0" }, "version", /4\.2\.0, 4\.2\.1, 4\.3\.0, 4\.3\.1/],
    [
      "a transform of our own",
      { transform: { setup: transform } },
      "transform.setup",
      /transform\.cluster and transform\.pools/,
    ],
    ["one broker without a reason", { brokers: 1 }, "brokers", /3 or more/],
    ["two zones", { zones: ["a", "b"] }, "zones", /three zones/],
  ])("%s", (_, args, field, allowed) => {
    expect(kafkaProblems("kafka", complete({ ...base, ...args }))).toEqual([
      expect.objectContaining({ field, allowed: expect.stringMatching(allowed) }),
    ]);
  });

  test("a name that would make pods' names too long for DNS", () => {
    expect(kafkaProblems("k".repeat(25), complete(base))).toEqual([expect.objectContaining({ field: "name" })]);
    const longest = "k".repeat(24);
    expect(kafkaProblems(longest, complete(base))).toEqual([]);
    expect(`${longest}-${poolPlan(longest, "controller", complete(base)).metadata.name}-99`).toHaveLength(63);
  });

  test("a transform of Strimzi's without it", () => {
    expect(kafkaProblems("kafka", complete({ ...own, transform: { pools: transform } }))).toEqual([
      expect.objectContaining({
        field: "transform.pools",
        allowed: expect.stringMatching(/without operator "strimzi"/),
      }),
    ]);
  });

  test("nothing of what its defaults are", () => {
    expect(kafkaProblems("kafka", complete(base))).toEqual([]);
    expect([complete(base).version, complete(own).version]).toEqual(["4.2.1", "4.1.0"]);
  });
});
