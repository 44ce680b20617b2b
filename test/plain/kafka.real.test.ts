import { inspect } from "node:util";
import { TopicConsumer } from "@plumbline-shop/chassis/consumer";
import { connectionOptions, readTopicSettings, type TopicSettings } from "@plumbline-shop/chassis/kafka";
import { logger } from "@plumbline-shop/chassis/log";
import { Metrics } from "@plumbline-shop/chassis/metrics";
import { TopicProducer } from "@plumbline-shop/chassis/producer";
import { Settings } from "@plumbline-shop/chassis/settings";
import { keeperOf } from "@plumbline-shop/testing/kafka";
import type { RealProcess } from "@plumbline-shop/testing/process";
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from "vitest";
import { z } from "zod";
import { Kafka } from "../../components/data/index.ts";
import { FIRST_ID, nodes, PATHS, type Part, PORTS } from "../../components/data/kafka/config.ts";
import { METRICS_PORT } from "../../components/data/kafka/exporter.ts";
import { JMX_EXPORTER } from "../../rehearsal/images/jmx-exporter.ts";
import { KAFKA } from "../../rehearsal/images/kafka.ts";
import { type Changes, changedLines } from "./change.ts";
import { addresses, Ground, whyNotPlain } from "./ground.ts";
import { type Ingredients, madeBy, type Objects } from "./objects.ts";
import { consumerOf, containerOf } from "./pod.ts";

const why = await whyNotPlain([...Object.values(PORTS), METRICS_PORT]);
const COUNT = 3;
const PARTS: readonly Part[] = ["controller", "broker"];
/** Where brokers begin in the list of what runs. */
const BROKERS = PARTS.indexOf("broker") * COUNT;
const ZONES = ["a", "b", "c"];
const PATIENCE = { timeout: 90_000, interval: 250 };
/** Six at once, on two cores that do other things as well. */
const STARTING = { ...PATIENCE, timeout: 300_000 };

/** Three controllers and three brokers, and the set-up. */
describe.skipIf(why)(`Kafka as plain processes${why ? ` (skipped: ${why})` : ""}`, () => {
  const own = addresses(PARTS.length * COUNT);
  const ground = new Ground();
  const exporter = new Ground();
  const running: RealProcess[] = [];
  /** What each said until all had started. */
  let begun: readonly string[] = [];
  let objects: Objects;

  beforeAll(async () => {
    await ground.take(KAFKA, [PATHS.home]);
    objects = await madeBy(program, own);
    await exporter.take(JMX_EXPORTER);
    const began = Date.now();
    for (const part of PARTS)
      for (let index = 0; index < COUNT; index++) {
        const copied = exporter.start(nodeOf(part, index, "exporter"));
        expect(await copied.exit(), copied.output).toEqual({ code: 0, signal: null });
        running.push(ground.start(nodeOf(part, index)));
      }
    await vi.waitFor(() => {
      for (const { output } of running) expect(output).toContain("Kafka Server started");
    }, STARTING);
    begun = running.map(({ output }) => output);
    const up = seconds(began);
    const { template } = objects.of("Job").spec;
    const setup = ground.start(
      containerOf(template, "setup", { objects, pod: "setup", folder: ground.folder, changes: common() }),
    );
    expect(await setup.exit(), setup.output).toEqual({ code: 0, signal: null });
    console.log(`Kafka: six nodes were up after ${up} s, and set up after ${seconds(began)} s`);
  });
  afterAll(async () => {
    await ground.remove();
    await exporter.remove();
  });

  function program({ store, consumer }: Ingredients): void {
    const kafka = new Kafka("kafka", { ...store, topics: { orders: { partitions: 1 } } });
    consumer("shop", [kafka.topic("orders").publish]);
    consumer("mailer", [kafka.topic("orders").consume]);
  }
  const seconds = (since: number) => ((Date.now() - since) / 1_000).toFixed(1);
  const addressOf = (part: Part, index: number) => own[PARTS.indexOf(part) * COUNT + index] ?? "";
  const common = (): Changes => ({
    ...Object.fromEntries(
      PARTS.flatMap((part) => nodes("kafka", "data", part, COUNT).map((name, i) => [name, addressOf(part, i)])),
    ),
    [PATHS.home]: ground.root + PATHS.home,
  });
  function nodeOf(part: Part, index: number, container: Part | "exporter" = part) {
    const { template } = objects.of("StatefulSet", `kafka-${part}`).spec;
    const address = addressOf(part, index);
    const changes = {
      ...common(),
      "$HOSTNAME.$DOMAIN": address,
      "://:": `://${address}:`,
      [`=${METRICS_PORT}:`]: `=${address}:${METRICS_PORT}:`,
      "/jmx_prometheus_javaagent.jar": `${exporter.root}/jmx_prometheus_javaagent.jar`,
    };
    const fields = { "metadata.labels['topology.kubernetes.io/zone']": ZONES[index] ?? "" };
    return containerOf(template, container, {
      objects,
      pod: `kafka-${part}-${index}`,
      folder: ground.folder,
      changes,
      fields,
    });
  }

  /** How a service is told of the topic, by files and environment, as it reads them itself. */
  function settingsOf(service: "shop" | "mailer"): TopicSettings {
    const changes = { ...common(), "kafka.data.svc": addressOf("broker", 0) };
    const container = consumerOf(service, { objects, folder: ground.folder, changes });
    ground.lay(container);
    return readTopicSettings(new Settings(container.environment), "ORDERS_TOPIC", service);
  }
  /** The same, for as long as one of the brokers is there: in a cluster the Service sees to that. */
  function lastingSettingsOf(service: "shop" | "mailer"): TopicSettings {
    const settings = settingsOf(service);
    const [, port] = settings.brokers[0]?.split(":") ?? [];
    return { ...settings, brokers: ZONES.map((_, index) => `${addressOf("broker", index)}:${port}`) };
  }
  const memberOf = ({ brokers, group, ...rest }: TopicSettings) => ({
    clientId: group,
    groupId: group,
    bootstrapBrokers: brokers,
    ...connectionOptions({ brokers, group, ...rest }),
  });
  async function send(service: string, settings: TopicSettings, message: object): Promise<void> {
    const producer = new TopicProducer(service, settings);
    onTestFinished(() => producer.close());
    await producer.send("key", message);
  }

  test("are told what pods are told, but for folders, addresses and what is listened on", () => {
    const { changes } = nodeOf("broker", 1);
    const files = objects.data("ConfigMap", "kafka-config");
    const lines = ["common.properties", "broker.properties"].flatMap((name) =>
      changedLines(files[name] ?? "", changes),
    );
    expect(lines.map(([was]) => was.split("=")[0])).toEqual([
      "controller.quorum.voters",
      "ssl.keystore.location",
      "ssl.truststore.location",
      "log.dirs",
      "listeners",
    ]);
  });

  test("tell Prometheus how they do", async () => {
    const told = await (await fetch(`http://${addressOf("broker", 2)}:${METRICS_PORT}/metrics`)).text();
    expect(told).toMatch(/^kafka_partitions_under_replicated [0-9]/m);
  });

  test("know every setting that they are given", () => {
    for (const output of begun) expect(output).not.toMatch(/known config|unknown config|deprecated| (ERROR|FATAL) /);
  });

  test("take a record when all copies in sync have it, and hand it to who may read it", async () => {
    const settings = settingsOf("shop");
    const got: unknown[] = [];
    for (const number of [1, 2, 3]) await send("shop", settings, { number });
    const tools = { log: logger("mailer", "silent"), metrics: new Metrics("mailer") };
    const consumer = new TopicConsumer(
      "mailer",
      settingsOf("mailer"),
      z.looseObject({}),
      async (it) => void got.push(it),
      tools,
    );
    onTestFinished(() => consumer.stop().then(() => consumer.close()));
    consumer.start();
    await vi.waitFor(() => expect(got).toEqual([{ number: 1 }, { number: 2 }, { number: 3 }]), PATIENCE);
  });

  test("refuse who has no right to write, who shows another password, and who comes without TLS", async () => {
    const answer = (service: string, settings: TopicSettings) =>
      send(service, settings, {}).then(
        () => "taken",
        (error) => inspect(error, { depth: null }),
      );
    const shop = settingsOf("shop");
    // A producer that counts its records asks for a number first, which only who may write somewhere gets.
    expect(await answer("mailer", settingsOf("mailer"))).toMatch(/(Topic|Cluster) authorization failed/);
    expect(await answer("shop", { ...shop, password: { read: () => "guessed" } })).toContain(
      "SASL authentication failed",
    );
    expect(await answer("shop", { ...shop, caFile: undefined })).toContain("Connection closed");
  });

  test("lose the broker that keeps a group, and its consumer goes on", async () => {
    const settings = lastingSettingsOf("mailer");
    const got = new Set<number>();
    const tools = { log: logger("mailer", "silent"), metrics: new Metrics("mailer") };
    const schema = z.object({ number: z.int() });
    const consumer = new TopicConsumer("mailer", settings, schema, async ({ number }) => void got.add(number), tools);
    const producer = new TopicProducer("shop", lastingSettingsOf("shop"));
    let number = 1_000;
    const timer = setInterval(() => void producer.send("key", { number: ++number }).catch(() => undefined), 100);
    onTestFinished(async () => {
      clearInterval(timer);
      await consumer.stop();
      await consumer.close();
      await producer.close();
    });
    consumer.start();
    await vi.waitFor(() => expect(got.size).toBeGreaterThan(20), PATIENCE);

    const keeper = BROKERS + (await keeperOf(memberOf(settings))) - FIRST_ID.broker;
    await running[keeper]?.stop("SIGKILL");
    // For 9 s the others take it for alive, and the consumer fails to join by it.
    const then = number + 150;
    await vi.waitFor(() => expect([...got].filter((it) => it > then).length).toBeGreaterThan(20), PATIENCE);
  });
});
