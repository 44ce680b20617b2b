import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { names, PORTS } from "../components/data/rabbitmq/config.ts";
import { certificateSecret } from "../components/edge/certificate-plan.ts";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { injectFault } from "../rehearsal/faults/index.ts";
import { RABBITMQ } from "../rehearsal/images/rabbitmq.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { metricsIn, namesIn, READER } from "./support/metrics.ts";
import {
  access,
  clientObjects,
  mistyped,
  NAME,
  NAMESPACE,
  passwordOf,
  rabbitObjects,
  readerObjects,
  readMetrics,
  SERVERS,
  setupObjects,
  WATCHED,
} from "./support/rabbitmq.ts";
import { unknownOf } from "./support/rabbitmq-alerts.ts";
import { longestPause, told } from "./support/told.ts";

const why = whyNoRealNodes();
const ACCESSES = [access("shop", "publish", "orders"), access("mailer", "consume", "orders")];

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`RabbitMQ on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  /** The server that leads the queue `orders`. */
  let leader: string;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 180_000, interval: 1_000 });

  beforeAll(async () => {
    lab = await realCluster("rabbitmq", {
      simulated: false,
      images: [RABBITMQ],
      operators: ["rabbitmq-cluster-operator"],
    });
    cluster = await lab.start();
    const { base, cluster: objects } = rabbitObjects(ACCESSES);
    const began = Date.now();
    await apply(lab, base);
    await apply(lab, objects);
    await eventually(async () => expect(await condition("AllReplicasReady")).toBe("True"));
    console.log(`RabbitMQ: three nodes ready ${seconds(Date.now() - began)} s after they were asked for`);
    await setUp("one", ACCESSES);
    leader = await leaderOf("orders");
    await apply(lab, clientObjects({ shop: "publish", mailer: "consume" }, leader));
    await eventually(async () => expect((await delivered()).length).toBeGreaterThan(50));
  });
  afterAll(() => lab?.remove());

  const seconds = (span: number) => (span / 1_000).toFixed(1);
  const confirmed = async () => told(await kubectl("logs", "shop")).filter(({ outcome }) => outcome === "confirmed");
  const delivered = async () => told(await kubectl("logs", "mailer"));
  const rights = (pod: string) => kubectl("exec", pod, "--", "escript", "/client/amqp.escript", "rights");
  const ask = (pod: string, ...words: string[]) => kubectl("exec", pod, "-c", "rabbitmq", "--", ...words);
  function condition(type: string): Promise<string> {
    const path = `jsonpath={.status.conditions[?(@.type=="${type}")].status}`;
    return kubectl("get", "rabbitmqclusters.rabbitmq.com", NAME, "-o", path);
  }
  async function setUp(job: string, ...rest: [Parameters<typeof setupObjects>[1], ((name: string) => string)?]) {
    await apply(lab, setupObjects(job, ...rest));
    await kubectl("wait", `job/${job}`, "--for=condition=Complete", "--timeout=180s");
  }
  async function queues(column: string, pod: string): Promise<Record<string, unknown>> {
    const said = await ask(pod, "rabbitmqctl", "-q", "list_queues", "name", column, "--formatter=json");
    const rows = JSON.parse(said) as Record<string, unknown>[];
    return Object.fromEntries(rows.map((row) => [row.name, row[column]]));
  }
  async function leaderOf(queue: string): Promise<string> {
    const { [queue]: node } = await queues("leader", SERVERS[0] ?? "");
    return String(node).replace(/^rabbit@([^.]+)\..*$/, "$1");
  }

  test("the definition takes what the component says, and nothing that it does not know", async () => {
    await expect(apply(lab, [mistyped()])).rejects.toThrow(/unknown field "spec.tls.disableNonTLSListener"/);
  });

  test("nodes are in three zones, queues have three copies, and nothing is served without TLS but who is where", async () => {
    const nodes = await kubectl("get", "pods", ...SERVERS, "-o", "jsonpath={.items[*].spec.nodeName}");
    expect(new Set(nodes.split(" ")).size).toBe(3);
    const all = ["orders", "orders.dead", "settled", "settled.dead"];
    for (const [queue, members] of Object.entries(await queues("members", leader))) {
      expect(all).toContain(queue);
      expect(members, queue).toHaveLength(3);
    }
    const listeners = await ask(leader, "rabbitmq-diagnostics", "-q", "listeners", "--formatter=json");
    const open = (JSON.parse(listeners).listeners as { interface: string; port: number }[])
      .filter(({ interface: address }) => address !== "127.0.0.1")
      .map(({ port }) => port);
    expect(open.sort()).toEqual([15671, 15691, 25672, 5671]);
  });

  test("nodes show every metric that alerts and dashboard ask for, over TLS, and know each copy of a queue", async () => {
    const secret = certificateSecret(names(NAME).certificate);
    const authority = await kubectl("get", "secret", secret, "-o", "jsonpath={.data.ca\\.crt}");
    await apply(lab, readerObjects(Buffer.from(authority, "base64").toString()));
    const { namespace, name } = READER;
    await lab.kubectl("-n", namespace, "wait", "--for=condition=Ready", `pod/${name}`, "--timeout=60s");
    const port = `{.spec.containers[*].ports[?(@.name=="${WATCHED.scrapes[0]?.port}")].containerPort}`;
    for (const server of SERVERS)
      expect(await kubectl("get", "pod", server, "-o", `jsonpath=${port}`)).toBe(String(PORTS.metrics));
    const read = async (server: string) => {
      const address = await kubectl("get", "pod", server, "-o", "jsonpath={.status.podIP}");
      return lab.kubectl("-n", namespace, "exec", name, "--", ...readMetrics(address));
    };
    await eventually(async () => {
      const said = (await Promise.all(SERVERS.map(read))).join("\n");
      const known = namesIn(said);
      expect(unknownOf(metricsIn([WATCHED], "rabbitmq_"), known)).toEqual([]);
      // Three of each queue and its dead letters.
      expect(said.match(/^rabbitmq_detailed_raft_log_commit_index\{.*queue="/gm)).toHaveLength(12);
      expect(said).toMatch(/^rabbitmq_detailed_queue_consumers\{.*queue="orders"\} 1$/m);
    });
  });

  test("a user may do what it declared: not read, write or make anything else", async () => {
    const none = ["read settled", "read orders.dead", "make a queue", "write by the nameless exchange"];
    const refused = none.map((what) => `${what}: refused`);
    const shop = await rights("shop");
    const mailer = await rights("mailer");
    for (const line of refused) {
      expect(shop).toContain(line);
      expect(mailer).toContain(line);
    }
    expect(shop).toContain("read orders: refused");
    expect(shop).toContain("write to orders: allowed");
    expect(mailer).toContain("read orders: allowed");
    expect(mailer).toContain("write to orders: refused");
  });

  test("the node of a queue's leader is lost: publishing goes on, and every confirmed message is delivered", async () => {
    const connections = await ask(leader, "rabbitmqctl", "-q", "list_connections", "user", "pid", "--formatter=json");
    // The pid of a connection begins with its node: `<rabbit@broker-server-0.broker-nodes.rabbit…>`.
    const { pid: reached } = JSON.parse(connections).find(({ user }: { user: string }) => user === "shop");
    const where = String(reached).includes(`@${leader}.`) ? "the same node" : "another node";
    const node = await kubectl("get", "pod", leader, "-o", "jsonpath={.spec.nodeName}");
    const { undo } = await injectFault(cluster, { type: "node-kill", node, duration: "10m" });
    const killed = Date.now();
    try {
      await eventually(async () => {
        const after = (await confirmed()).filter(({ at }) => at > killed + 5_000);
        expect(after.length).toBeGreaterThan(100);
      });
    } finally {
      await undo();
    }
    const gap = seconds(longestPause(await confirmed(), killed));
    console.log(
      `RabbitMQ: the leader's node was killed, the publisher at ${where}: for ${gap} s nothing was confirmed`,
    );

    const back = Date.now();
    await eventually(async () => expect(await condition("AllReplicasReady")).toBe("True"));
    console.log(`RabbitMQ: all nodes were ready ${seconds(Date.now() - back)} s after the node was back`);
    const [other = ""] = SERVERS.filter((server) => server !== leader);
    await eventually(async () => expect((await queues("online", other)).orders).toHaveLength(3));
    const sent = (await confirmed()).map(({ number }) => number);
    await eventually(async () => {
      const got = new Set((await delivered()).map(({ number }) => number));
      expect(sent.filter((number) => !got.has(number))).toEqual([]);
    });
    console.log(`RabbitMQ: ${sent.length} messages were confirmed, and every one delivered`);
  });

  test("rights follow what is declared, a bumped password replaces the old one, and who is no longer declared is locked out", async () => {
    await setUp("two", [access("mailer", "consume", "settled")]);
    const now = await rights("mailer");
    expect(now).toContain("read orders: refused");
    expect(now).toContain("read settled: allowed");
    await expect(rights("shop")).rejects.toThrow(/ACCESS_REFUSED|auth_failure/);
    await setUp("three", [access("mailer", "consume", "settled")], (name) => `${passwordOf(name)}-2`);
    await expect(rights("mailer")).rejects.toThrow(/ACCESS_REFUSED|auth_failure/);
  });

  test("a set-up leaves Amazon MQ's own users, and its policies for all queues count less than ours", async () => {
    const [node = ""] = SERVERS;
    const own = "monitoring-AWS-OWNED-DO-NOT-DELETE";
    const policy = ["--priority", "1", "--apply-to", "quorum_queues", "AWS-DEFAULT", ".*", '{"max-length":8000000}'];
    await ask(node, "rabbitmqctl", "add_user", own, "a-password-of-a-test");
    await ask(node, "rabbitmqctl", "set_policy", ...policy);
    await setUp("four", [access("mailer", "consume", "settled")]);
    const users = await ask(node, "rabbitmqctl", "-q", "list_users", "--formatter=json");
    expect((JSON.parse(users) as { user: string }[]).map(({ user }) => user)).toContain(own);
    for (const [queue, applied] of Object.entries(await queues("policy", node))) expect(applied).toBe(queue);
  });
});
