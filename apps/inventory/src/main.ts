import { runService } from "@plumbline-shop/chassis";
import { TopicConsumer } from "@plumbline-shop/chassis/consumer";
import { readTopicSettings, type TopicSettings } from "@plumbline-shop/chassis/kafka";
import { Postgres, type PostgresSettings, readPostgresSettings } from "@plumbline-shop/chassis/postgres";
import { type OrderPlaced, orderPlaced } from "./order-placed.ts";
import { stockRoutes } from "./routes.ts";
import { PostgresStock } from "./stock.ts";

interface Config {
  readonly database: PostgresSettings;
  readonly orders: TopicSettings;
}

await runService<Config>({
  name: "inventory",
  configure: (settings) => ({
    database: readPostgresSettings(settings, "INVENTORY_DB"),
    orders: readTopicSettings(settings, "ORDERS_TOPIC", "inventory"),
  }),
  build: ({ database, orders }, tools) => {
    const postgres = new Postgres("postgres", database, tools.log);
    const stock = new PostgresStock(postgres);
    const reserve = async (order: OrderPlaced) => {
      tools.log.info({ order: order.id, outcome: await stock.reserve(order) }, "an order was looked at");
    };
    const consumer = new TopicConsumer("inventory", orders, orderPlaced, reserve, tools);
    return {
      dependencies: [postgres, consumer],
      workers: [consumer],
      prepare: () => stock.createSchema(),
      routes: (api) => stockRoutes(api, stock),
    };
  },
});
