import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { kafkaMissing, TestKafka } from "@plumbline-shop/testing/kafka";
import { eventually, freePort } from "@plumbline-shop/testing/net";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Namespace } from "../components/cluster/index.ts";
import { complete } from "../components/data/kafka/args.ts";
import { exporterConfig, exporterContainer } from "../components/data/kafka/exporter.ts";
import { watched } from "../components/data/kafka/monitoring.ts";
import type { Issuer } from "../components/edge/issuer.ts";
import { metricsIn } from "./support/metrics.ts";
import { unpackedImage, whyNotUnpacked } from "./support/unpacked-image.ts";

const why = kafkaMissing ?? whyNotUnpacked;
const ARGS = { namespace: { name: "data" } as Namespace, issuer: {} as Issuer, zones: ["a", "b", "c"], topics: {} };
const WATCHED = ([3, "combined"] as const).map((controllers) => watched("log", complete({ ...ARGS, controllers })));

/** A broker that is its own controller has what both have. */
describe.skipIf(why)(`what Kafka tells of itself${why ? ` (skipped: ${why})` : ""}`, () => {
  let scratch: string;
  let kafka: TestKafka;
  let told: () => Promise<string>;
  let began: number;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), "plumbline-kafka-metrics-"));
    const { image, command } = exporterContainer();
    const copy = command as string[];
    const { root, run } = await unpackedImage(image as string, scratch);
    const jar = join(root, copy.at(-1) ?? "");
    mkdirSync(dirname(jar), { recursive: true });
    run(...copy);
    const config = join(scratch, "exporter.yaml");
    writeFileSync(config, exporterConfig());
    const port = await freePort();
    began = performance.now();
    kafka = await TestKafka.start([`-javaagent:${jar}=127.0.0.1:${port}:${config}`]);
    await kafka.createTopics("orders");
    for (const order of ["one", "two"]) await eventually("a broker leads it", 20, () => kafka.send("orders", order));
    told = async () => (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  });
  afterAll(async () => {
    await kafka?.stop();
    rmSync(scratch, { recursive: true, force: true });
  });

  test("each metric that alerts and dashboard ask for is there", async () => {
    const known = new Set((await told()).match(/^[a-z]\w+/gm));
    const asked = metricsIn(WATCHED, "(?:kafka|jvm)_");
    expect(asked.length).toBeGreaterThan(10);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
  });

  test("its numbers are those of what happened, under the labels that are asked for", async () => {
    // Three partitions of each of two topics: the first is the test's own.
    const lines = [
      "kafka_controllers_active 1.0",
      "kafka_partitions_led 6.0",
      "kafka_partitions_offline 0.0",
      'kafka_topic_messages_total{topic="orders"} 2.0',
    ];
    await vi.waitFor(async () => expect((await told()).split("\n")).toEqual(expect.arrayContaining(lines)), 20_000);
    const now = await told();
    const number = (name: string) => Number(new RegExp(`^${name} (.+)$`, "m").exec(now)?.[1]);
    expect(number("kafka_bytes_in_total")).toBeGreaterThan(100);
    // In seconds, where Kafka counts in milliseconds: no request took longer than all of them did.
    expect(number("kafka_produce_p99_seconds")).toBeGreaterThan(0);
    expect(number("kafka_produce_p99_seconds")).toBeLessThan((performance.now() - began) / 1_000);
    expect(now).toMatch(/^jvm_memory_used_bytes\{area="heap"\} /m);
  });
});
