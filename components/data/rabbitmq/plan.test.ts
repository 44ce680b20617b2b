import { describe, expect, test } from "vitest";
import type { Namespace } from "../../cluster/namespace.ts";
import { optOut } from "../../core/opt-out.ts";
import type { Issuer } from "../../edge/issuer.ts";
import { complete, type QueueArgs, type RabbitMQArgs } from "./args.ts";
import { environmentConfig, internodeFiles, serverConfig } from "./config.ts";
import { type Access, definitions, usersData } from "./definitions.ts";
import { clusterPlan, networkPlans } from "./plan.ts";
import { rabbitProblems } from "./problems.ts";

const base: RabbitMQArgs = {
  namespace: { name: "shop-data" } as Namespace,
  issuer: {} as Issuer,
  zones: ["a", "b", "c"],
  queues: { orders: {}, mails: { whenFull: "drop-oldest", maxMessages: 500, deadLetterRetention: "1d" } },
};
const access = (consumer: string, queue: string, right: Access["right"], namespace = "shop"): Access => ({
  consumer,
  queue,
  right,
  namespace,
  podLabels: { "app.kubernetes.io/name": consumer },
});
const ACCESSES = [
  access("mailer", "orders", "consume"),
  access("orders", "orders", "publish"),
  access("mailer", "mails", "publish"),
  access("desk", "orders", "deadLetters"),
];

describe("what the set-up declares", () => {
  test("each user writes to exchanges and reads from queues that it declared, and makes nothing", () => {
    expect(definitions(complete(base), ACCESSES).permissions).toEqual([
      { user: "desk", vhost: "/", configure: "^$", write: "^$", read: "^(orders\\.dead)$" },
      { user: "mailer", vhost: "/", configure: "^$", write: "^(mails)$", read: "^(orders)$" },
      { user: "orders", vhost: "/", configure: "^$", write: "^(orders)$", read: "^$" },
    ]);
  });

  test("a queue's policy counts more than those that Amazon MQ has for all, of priority 1", () => {
    const { policies } = definitions(complete(base), ACCESSES);
    expect(policies.map(({ name }) => name)).toEqual(["mails", "mails.dead", "orders", "orders.dead"]);
    for (const { priority } of policies) expect(priority).toBeGreaterThan(1);
  });

  test("no right reaches another queue whose name only begins, ends or looks like it", () => {
    const [{ read = "" } = {}] = definitions(complete(base), [access("desk", "orders", "deadLetters")]).permissions;
    for (const other of ["orders", "orders-dead", "ordersxdead", "orders.dead2", "my-orders.dead", ""])
      expect(new RegExp(read).test(other), other).toBe(false);
    expect(new RegExp(read).test("orders.dead")).toBe(true);
  });

  test("each queue is a quorum queue with an exchange of its own, and so are its dead letters", () => {
    const { queues, exchanges, bindings } = definitions(complete(base), []);
    const names = ["mails", "mails.dead", "orders", "orders.dead"];
    expect(queues.map(({ name }) => name)).toEqual(names);
    expect(exchanges.map(({ name }) => name)).toEqual(names);
    expect(bindings.map(({ source, destination }) => [source, destination])).toEqual(names.map((name) => [name, name]));
    for (const queue of queues) expect(queue).toMatchObject({ durable: true, arguments: { "x-queue-type": "quorum" } });
  });

  test("a queue that rejects loses no dead letter; one that drops may", () => {
    const policies = new Map(definitions(complete(base), []).policies.map((policy) => [policy.name, policy]));
    expect(policies.get("orders")).toMatchObject({
      pattern: "^(orders)$",
      definition: {
        "delivery-limit": 20,
        "max-length-bytes": 268_435_456,
        overflow: "reject-publish",
        "dead-letter-exchange": "orders.dead",
        "dead-letter-strategy": "at-least-once",
      },
    });
    expect(policies.get("mails")?.definition).toMatchObject({
      "max-length": 500,
      overflow: "drop-head",
      "dead-letter-strategy": "at-most-once",
    });
    expect(policies.get("mails.dead")).toMatchObject({
      pattern: "^(mails\\.dead)$",
      definition: { "message-ttl": 86_400_000 },
    });
  });

  test("a user's password is a file of the Secret, and goes with the user", () => {
    const users = ["desk", "mailer"].map((name) => ({ name, password: `of-${name}` }));
    expect(usersData(users)).toEqual({ desk: "b2YtZGVzaw==", mailer: "b2YtbWFpbGVy" });
    expect(usersData(users.slice(1))).toEqual({ mailer: "b2YtbWFpbGVy" });
  });

  test("it does not depend on the order of declaration", () => {
    const reversed = { queues: Object.fromEntries(Object.entries(base.queues).reverse()) };
    expect(definitions(reversed, [...ACCESSES].reverse())).toEqual(definitions(base, ACCESSES));
    expect(networkPlans("broker", "shop-data", [...ACCESSES].reverse())).toEqual(
      networkPlans("broker", "shop-data", ACCESSES),
    );
  });
});

describe("the nodes", () => {
  test("talk over TLS alone, to clients and to each other, and check each other's certificates", () => {
    const { spec } = clusterPlan("broker", complete(base));
    expect(spec.tls).toEqual({
      secretName: "broker-certificate-tls",
      caSecretName: "broker-certificate-tls",
      disableNonTLSListeners: true,
    });
    expect(serverConfig(complete(base))).toMatch(/^prometheus\.tcp\.ip = 127\.0\.0\.1$/m);
    expect(environmentConfig().match(/-proto_dist inet_tls/g)).toHaveLength(2);
    expect(environmentConfig()).toContain("CTL_DIST_PORT_MIN=35672\nCTL_DIST_PORT_MAX=35675\n");
    const internode = internodeFiles()["tls.config"] ?? "";
    expect(internode.match(/verify_peer/g)).toHaveLength(2);
    expect(internode).toContain("{fail_if_no_peer_cert, true}");
  });

  test("keep a fifth of the disk free, and as many copies as there are nodes, three at most", () => {
    expect(serverConfig({ nodes: 5, storage: "10Gi" })).toContain("disk_free_limit.absolute = 2147483648\n");
    expect(serverConfig({ nodes: 5, storage: "10Gi" })).toContain("target_group_size = 3\n");
    expect(serverConfig({ nodes: 1, storage: "10Gi" })).toContain("target_group_size = 1\n");
  });

  test("are in the zones, a host for each, and say of their disks how sensitive they are", () => {
    const { metadata, spec } = clusterPlan("broker", complete({ ...base, dataClass: "personal", retention: "30d" }));
    const { template, volumeClaimTemplates } = spec.override.statefulSet.spec;
    const labels = [metadata.labels, template.metadata.labels, volumeClaimTemplates[0]?.metadata.labels];
    for (const one of labels) expect(one).toMatchObject({ "plumbline.dev/data-class": "personal" });
    expect(metadata.annotations).toMatchObject({ "plumbline.dev/retention": "30d" });
    expect(template.spec.topologySpreadConstraints).toMatchObject([{ whenUnsatisfiable: "DoNotSchedule" }]);
    expect(JSON.stringify(spec.affinity)).toContain('"values":["a","b","c"]');
    expect(template.spec.securityContext).toMatchObject({ runAsNonRoot: true, runAsUser: 999 });
  });

  test("are reached by consumers, each other, the set-up and what reads metrics", () => {
    const { nodes } = networkPlans("broker", "shop-data", ACCESSES);
    const rules = nodes.ingress.map(({ from = [], ports = [] }) => [
      (from as { podSelector?: { matchLabels: Record<string, string> } }[]).map(
        ({ podSelector }) => podSelector?.matchLabels["app.kubernetes.io/name"] ?? "any",
      ),
      (ports as { port: number }[]).map(({ port }) => port),
    ]);
    expect(rules).toEqual([
      [["desk", "mailer", "orders"], [5671]],
      [["broker"], [4369, 25672, 35672, 35673, 35674, 35675]],
      [["broker-setup"], [15671]],
      [["any"], [15691]],
    ]);
    expect(networkPlans("broker", "shop-data", []).nodes.ingress).toHaveLength(3);
  });
});

describe("bad input", () => {
  test.each<[what: string, args: Partial<RabbitMQArgs>, field: string, allowed: RegExp]>([
    ["no node", { nodes: 0 }, "nodes", /3, 5 or 7/],
    ["two nodes", { nodes: 2 }, "nodes", /fewer cannot outlive the loss of one/],
    ["four nodes", { nodes: 4 }, "nodes", /an even number gains nothing/],
    ["one node without a reason", { nodes: 1 }, "nodes", /replication: optOut/],
    ["a reason, and three nodes", { replication: optOut("a copy of a copy") }, "nodes", /1, since replication/],
    ["two zones", { zones: ["a", "b"] }, "zones", /three zones or more/],
    ["a backend that there is not", { backend: "aws" as never }, "backend", /"inCluster"/],
    ["no queue", { queues: {} }, "queues", /at least one queue/],
    ["a size that is none", { storage: "lots" as never }, "storage", /a quantity/],
    ["a disk that the shared log fills", { storage: "1Gi" }, "storage", /4Gi or more/],
    [
      "objectives without a backup",
      { backup: optOut("messages are short-lived"), objectives: { rto: "1h", rpo: "5m" } },
      "objectives",
      /nothing comes back/,
    ],
    [
      "queues that fill the disk",
      { queues: { a: { maxBytes: "2Gi" }, b: { maxBytes: "1Gi" } } },
      "storage",
      /12Gi or more: 2 queues and their dead letters may take 6Gi, and have half of the disk/,
    ],
  ])("%s is refused", (_, args, field, allowed) => {
    expect(rabbitProblems("broker", complete({ ...base, ...args }))).toEqual([
      { field, given: expect.anything(), allowed: expect.stringMatching(allowed) },
    ]);
  });

  test.each<[what: string, queue: QueueArgs, field: string]>([
    ["no delivery", { deliveryLimit: 0 }, "deliveryLimit"],
    ["half a delivery", { deliveryLimit: 1.5 }, "deliveryLimit"],
    ["endless deliveries", { deliveryLimit: 1001 }, "deliveryLimit"],
    ["a size that is none", { maxBytes: "much" as never }, "maxBytes"],
    ["room for nothing", { maxBytes: "0Mi" }, "maxBytes"],
    ["no message", { maxMessages: 0 }, "maxMessages"],
    ["an unknown overflow", { whenFull: "wait" as never }, "whenFull"],
    ["dead letters that are gone at once", { deadLetterRetention: "0s" }, "deadLetterRetention"],
    [
      "dead letters for longer than anybody looks",
      { deadLetterRetention: "99999999999999999999d" },
      "deadLetterRetention",
    ],
    ["a retention that is none", { deadLetterRetention: "long" as never }, "deadLetterRetention"],
  ])("%s is refused, with the path of the field", (_, queue, field) => {
    expect(rabbitProblems("broker", complete({ ...base, queues: { orders: queue } }))).toMatchObject([
      { field: `queues.orders.${field}` },
    ]);
  });

  test("a name of a queue that a client could not use is refused", () => {
    for (const name of ["Orders", "orders.dead", "x".repeat(41)])
      expect(rabbitProblems("broker", complete({ ...base, queues: { [name]: {} } }))).toHaveLength(1);
  });
});
