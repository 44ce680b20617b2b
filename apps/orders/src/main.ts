import { runService } from "@plumbline-shop/chassis";
import { readTopicSettings, type TopicSettings } from "@plumbline-shop/chassis/kafka";
import { Postgres, type PostgresSettings, readPostgresSettings } from "@plumbline-shop/chassis/postgres";
import { TopicProducer } from "@plumbline-shop/chassis/producer";
import { orderRoutes } from "./routes.ts";
import { PostgresOrders } from "./store.ts";

interface Config {
  readonly database: PostgresSettings;
  readonly topic: TopicSettings;
}

await runService<Config>({
  name: "orders",
  configure: (settings) => ({
    database: readPostgresSettings(settings, "ORDERS_DB"),
    topic: readTopicSettings(settings, "ORDERS_TOPIC", "orders"),
  }),
  build: ({ database, topic }, { log }) => {
    const postgres = new Postgres("postgres", database, log);
    const producer = new TopicProducer("orders", topic);
    const orders = new PostgresOrders(postgres);
    return {
      dependencies: [postgres, producer],
      prepare: () => orders.createSchema(),
      routes: (api) => orderRoutes(api, orders, (order) => producer.send(order.id, order)),
    };
  },
});
