import { runService } from "@plumbline-shop/chassis";
import { Audit, readAudit } from "@plumbline-shop/chassis/audit";
import { type FlagSettings, Flags, readFlagSettings } from "@plumbline-shop/chassis/flags";
import { readTopicSettings, type TopicSettings } from "@plumbline-shop/chassis/kafka";
import { Postgres, type PostgresSettings, readPostgresSettings } from "@plumbline-shop/chassis/postgres";
import { TopicProducer } from "@plumbline-shop/chassis/producer";
import { SHOP_FLAGS } from "@plumbline-shop/chassis/shop-flags";
import { orderRoutes } from "./routes.ts";
import { PostgresOrders } from "./store.ts";

interface Config {
  readonly database: PostgresSettings;
  readonly topic: TopicSettings;
  readonly flags: FlagSettings;
  readonly audited: boolean;
}

await runService<Config>({
  name: "orders",
  configure: (settings) => ({
    database: readPostgresSettings(settings, "ORDERS_DB"),
    topic: readTopicSettings(settings, "ORDERS_TOPIC", "orders"),
    flags: readFlagSettings(settings, "SHOP_FLAGS"),
    audited: readAudit(settings, "ORDERS_DB"),
  }),
  build: ({ database, topic, ...config }, tools) => {
    const postgres = new Postgres("postgres", database, tools.log);
    const flags = new Flags(SHOP_FLAGS, config.flags, tools);
    const producer = new TopicProducer("orders", topic);
    const orders = new PostgresOrders(postgres, new Audit(postgres, config.audited));
    return {
      dependencies: [postgres, producer],
      workers: [flags],
      prepare: () => orders.createSchema(),
      routes: (api) =>
        orderRoutes(api, orders, {
          taken: (customer) => flags.value("take-orders", { customer }),
          publish: (order) => producer.send(order.id, order),
        }),
    };
  },
});
