import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { FIRST_ID } from "../components/data/kafka/config.ts";
import type { RunningCluster } from "../rehearsal/control/start.ts";
import { type Fault, injectFault } from "../rehearsal/faults/index.ts";
import { JMX_EXPORTER } from "../rehearsal/images/jmx-exporter.ts";
import { KAFKA } from "../rehearsal/images/kafka.ts";
import { SHOP } from "../rehearsal/images/shop.ts";
import { whyNoRealNodes } from "../rehearsal/nodes/index.ts";
import { apply } from "../rehearsal/nodes/testing/reach.ts";
import { type RealCluster, realCluster } from "../rehearsal/nodes/testing/real-cluster.ts";
import { family } from "../rehearsal/nodes/testing/traces.ts";
import { commandLine } from "../rehearsal/toolchain/process.ts";
import {
  BROKERS,
  CONSUMER,
  CONTROLLERS,
  clientObjects,
  kafkaObjects,
  kept,
  NAMESPACE,
  PRODUCER,
  SETS,
  TOOL_PROPERTIES,
  TOPIC,
  tool,
} from "./support/kafka.ts";
import { longestPause, told } from "./support/told.ts";

const why = whyNoRealNodes();
/** A broker's session ends after 9 s without a word of it. */
const NOTICED_MS = 12_000;
/**
 * Another controller is active within 3 s, and from then on a broker's session ends after 9 s. A client gives a silent connection up after
 * 10 s, twice at most: that of its request, and that on which it asks who leads now.
 */
const LONGEST_MS = 32_000;
/** What a machine may be late by that runs other tests at the same time. */
const LATE_MS = 30_000;
const AS_ADMIN = ["--command-config", TOOL_PROPERTIES];
/** What Kafka's console consumer is told to print of records, as {@link kept} reads them. */
const PRINTED = ["partition", "offset", "key"].flatMap((part) => ["--property", `print.${part}=true`]);

/** The tests build on each other, in this order. */
describe.skipIf(why !== undefined)(`Kafka on real nodes${why === undefined ? "" : ` (skipped: ${why})`}`, () => {
  let lab: RealCluster;
  let cluster: RunningCluster;
  /** The active controller when the clients start: none of them is on its node. */
  let first: string;
  const kubectl = (...words: string[]) => lab.kubectl("-n", NAMESPACE, ...words);
  const eventually = (what: () => Promise<void>) => vi.waitFor(what, { timeout: 180_000, interval: 1_000 });
  const seconds = (span: number) => `${(span / 1_000).toFixed(1)} s`;

  beforeAll(async () => {
    lab = await realCluster("kafka", { simulated: false, images: [KAFKA, JMX_EXPORTER, ...SHOP.slice(0, 1)] });
    cluster = await lab.start();
    const { base, setup } = await kafkaObjects();
    const began = Date.now();
    await apply(lab, base);
    for (const set of SETS) await kubectl("rollout", "status", `statefulset/${set}`, "--timeout=300s");
    console.log(`Kafka: ready ${seconds(Date.now() - began)} after it was asked for`);
    await apply(lab, setup);
    await kubectl("wait", "job", "--all", "--for=condition=Complete", "--timeout=180s");
    first = await activeController();
    await apply(lab, clientObjects(first));
    await eventually(async () => expect((await consumed()).length).toBeGreaterThan(50));
  });
  afterAll(() => lab?.remove());

  const produced = async () => told(await kubectl("logs", PRODUCER));
  const acknowledged = async () => (await produced()).filter(({ outcome }) => outcome === "acknowledged");
  const consumed = async () => told(await kubectl("logs", CONSUMER));
  /** What one of Kafka's tools says, asked in the first broker that is there. */
  async function ask(name: string, ...words: string[]): Promise<string> {
    let failed: unknown;
    for (const pod of BROKERS)
      try {
        return await kubectl("exec", pod, "-c", "broker", "--", ...tool(name, ...words));
      } catch (error) {
        failed = error;
      }
    throw failed;
  }
  const quorum = () => ask("metadata-quorum", ...AS_ADMIN, "describe", "--status");
  async function activeController(): Promise<string> {
    return CONTROLLERS[Number(/^LeaderId:\s+(\d+)$/m.exec(await quorum())?.[1])] ?? "";
  }
  async function leaderOf(partition: number): Promise<string> {
    const said = await ask("topics", ...AS_ADMIN, "--describe", "--topic", TOPIC);
    const leader = new RegExp(`Partition: ${partition}\\s+Leader: (\\d+)`).exec(said)?.[1];
    return BROKERS[Number(leader) - FIRST_ID.broker] ?? "";
  }
  /** Every pod is ready, every copy of every partition is up to date, and every controller follows the active one. */
  const whole = () =>
    eventually(async () => {
      for (const pod of [...CONTROLLERS, ...BROKERS])
        await kubectl("wait", `pod/${pod}`, "--for=condition=Ready", "--timeout=1s");
      expect(await ask("topics", ...AS_ADMIN, "--describe", "--under-replicated-partitions")).toBe("");
      const lag = /^MaxFollowerLagTimeMs:\s+(\d+)$/m.exec(await quorum())?.[1];
      expect(Number(lag)).toBeLessThan(5_000);
    });

  /** The process of a node is killed, with nothing handed over and nobody told. */
  function crash(pod: string): Lost {
    const isIt = ({ pid }: { pid: number }) =>
      commandLine(pid).includes("kafka.Kafka") &&
      readFileSync(`/proc/${pid}/environ`, "utf8").split("\0").includes(`HOSTNAME=${pod}`);
    const found = family(cluster.pid).filter(isIt);
    expect(found).toHaveLength(1);
    for (const { pid } of found) process.kill(pid, "SIGKILL");
    return {};
  }

  /** Waits until records flow again and all is whole, and says for how long they did not. */
  async function goesOn(what: string, lose: () => Lost | Promise<Lost>): Promise<void> {
    const began = Date.now();
    const { undo } = await lose();
    const lost = Date.now();
    try {
      await eventually(async () => {
        for (const done of [await acknowledged(), await consumed()])
          expect(done.filter(({ at }) => at > lost + NOTICED_MS).length).toBeGreaterThan(20);
      });
    } finally {
      await undo?.();
    }
    const undone = Date.now();
    await whole();
    const back = seconds(Date.now() - (undo ? undone : lost));
    const [producer, consumer] = [longestPause(await acknowledged(), began), longestPause(await consumed(), began)];
    console.log(
      `Kafka: ${what}: none was acknowledged for ${seconds(producer)}, none consumed for ${seconds(consumer)}; whole after ${back}`,
    );
    expect(Math.max(producer, consumer)).toBeLessThan(LONGEST_MS + LATE_MS);
  }

  test("brokers and controllers stand in three zones each", async () => {
    for (const pods of [BROKERS, CONTROLLERS]) {
      const nodes = await kubectl("get", "pods", ...pods, "-o", "jsonpath={.items[*].spec.nodeName}");
      expect(new Set(nodes.split(" ")).size).toBe(3);
    }
  });

  test("the node of the active controller and of a broker is lost", async () => {
    const node = await kubectl("get", "pod", first, "-o", "jsonpath={.spec.nodeName}");
    const on = ["-l", "k8s-app=kube-dns", "--field-selector", `spec.nodeName=${node}`, "-o", "name"];
    const dns = (await lab.kubectl("-n", "kube-system", "get", "pods", ...on)) === "" ? "without" : "with";
    const fault: Fault = { type: "node-kill", node, duration: "10m" };
    const what = `the node of a broker and the active controller, ${dns} a DNS server, was killed`;
    await goesOn(what, () => injectFault(cluster, fault));
    expect(await activeController()).not.toBe(first);
  });

  test("a broker that leads a partition is killed", async () => {
    const leader = await leaderOf(0);
    await goesOn("a broker was killed", () => crash(leader));
  });

  test("the active controller is killed", async () => {
    const active = await activeController();
    await goesOn("the active controller was killed", () => crash(active));
    expect(await activeController()).not.toBe(active);
  });

  test("every record was acknowledged, is there once, and those of a key came and lie in their order", async () => {
    await kubectl("exec", PRODUCER, "--", "node", "-e", "process.kill(1, 'SIGTERM')");
    await eventually(async () => {
      const all = await produced();
      expect(all.length).toBe(Math.max(...all.map(({ number }) => number)));
      expect(Date.now() - (all.at(-1)?.at ?? 0)).toBeGreaterThan(2_000);
    });
    const sent = numbersOf(await acknowledged()).sort((a, b) => a - b);
    expect(await produced()).toHaveLength(sent.length);
    const ends = await ask("get-offsets", ...AS_ADMIN, "--topic", TOPIC);
    const there = ends.split("\n").reduce((sum, line) => sum + Number(line.split(":")[2]), 0);
    console.log(`Kafka: ${sent.length} records were acknowledged, and ${there} are there`);
    const all = ["--topic", TOPIC, "--from-beginning", "--max-messages", String(there), "--timeout-ms", "60000"];
    const records = kept(await ask("console-consumer", "--consumer.config", TOOL_PROPERTIES, ...all, ...PRINTED));
    expect(numbersOf(records).sort((a, b) => a - b)).toEqual(sent);
    expect(unordered(records)).toEqual([]);

    const keyOf = new Map(records.map(({ number, key }) => [number, key]));
    await eventually(async () => expect(new Set(numbersOf(await consumed())).size).toBe(sent.length));
    // The first time that each came: after a failure the last ones may come again.
    const came = [...new Set(numbersOf(await consumed()))];
    expect(unordered(came.map((number) => ({ number, key: keyOf.get(number) ?? "" })))).toEqual([]);
  });
});

/** What was lost, and how it is undone if it does not come back by itself. */
interface Lost {
  readonly undo?: () => Promise<unknown>;
}

function numbersOf(all: readonly { readonly number: number }[]): number[] {
  return all.map(({ number }) => number);
}

/** Numbers that come after a higher one of the same key. */
function unordered(records: readonly { readonly key: string; readonly number: number }[]): number[] {
  const last = new Map<string, number>();
  return records.flatMap(({ key, number }) => {
    const before = last.get(key) ?? 0;
    last.set(key, Math.max(before, number));
    return number < before ? [number] : [];
  });
}
