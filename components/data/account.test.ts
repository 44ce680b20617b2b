import { describe, expect, test } from "vitest";
import { Namespace } from "../cluster/index.ts";
import type { Usable } from "../core/usage.ts";
import { Issuer } from "../edge/index.ts";
import { record } from "../testing/record.ts";
import { Microservice } from "../workload/index.ts";
import { accountProblems } from "./account.ts";
import { Kafka } from "./kafka/kafka.ts";
import { RabbitMQ } from "./rabbitmq/rabbitmq.ts";
import { Redis } from "./redis/redis.ts";

const zones = ["a", "b", "c"];
const quota = { cpu: "10", memory: "10Gi", pods: 100 } as const;
type Place = { readonly namespace: Namespace; readonly issuer: Issuer; readonly zones: readonly string[] };

const STORES: Readonly<Record<string, (place: Place) => Usable>> = {
  Redis: (place) => new Redis("cache", place),
  Kafka: (place) => new Kafka("kafka", { ...place, topics: { orders: {} } }).topic("orders").consume,
  RabbitMQ: (place) => new RabbitMQ("broker", { ...place, queues: { mails: {} } }).queue("mails").consume,
};

/** What services of these names, each in a namespace of its own, are refused with. */
async function refused(store: string, ...services: string[]): Promise<unknown> {
  let error: unknown;
  await record("test", () => {
    const issuer = new Issuer("internal", { authority: "private" });
    const used = STORES[store]?.({ namespace: new Namespace("data", { quota }), issuer, zones }) as Usable;
    try {
      for (const [index, name] of services.entries()) {
        const namespace = new Namespace(`shop-${index}`, { quota });
        new Microservice(name, { namespace, zones, image: "registry.example.com/any:1.0.0", uses: [used] });
      }
    } catch (thrown) {
      error = thrown;
    }
  });
  return error;
}

describe("an account", () => {
  test.each([
    ["Redis", "metrics"],
    ["Redis", "internal"],
    ["Redis", "health"],
    ["Redis", "default"],
    ["Redis", "plumbline"],
    ["Kafka", "kafka-server"],
    ["Kafka", "kafka-admin"],
    ["RabbitMQ", "plumbline-admin"],
    ["RabbitMQ", "guest"],
  ])("of a %s is not the server's own: no consumer is called %s", async (store, name) => {
    expect(String(await refused(store, name))).toMatch(
      new RegExp(`uses: "shop-0/${name}" was given; allowed: a consumer of any name but .*${name}`),
    );
  });

  test.each(Object.keys(STORES))("of a %s is not another service's of the same name", async (store) => {
    expect(String(await refused(store, "shop", "shop"))).toMatch(
      /uses: "shop-1\/shop" was given; allowed: .*different/,
    );
    expect(await refused(store, "shop", "stock")).toBeUndefined();
  });

  test("is a consumer's that has a name of its own", () => {
    expect(accountProblems({ name: "shop", namespace: "a" }, ["stock"], ["metrics"])).toEqual([]);
  });
});
