import { runService } from "@plumbline-shop/chassis";
import { TopicConsumer } from "@plumbline-shop/chassis/consumer";
import { readTopicSettings, type TopicSettings } from "@plumbline-shop/chassis/kafka";
import { TopicProducer } from "@plumbline-shop/chassis/producer";
import { SimulatedGateway } from "./gateway.ts";
import { type OrderPlaced, orderPlaced } from "./order-placed.ts";
import { payFor } from "./payment.ts";
import { Redis, type RedisSettings, readRedisSettings } from "./redis.ts";
import { paymentRoutes } from "./routes.ts";
import { RedisPayments } from "./store.ts";

interface Config {
  readonly cache: RedisSettings;
  readonly orders: TopicSettings;
  readonly payments: TopicSettings;
}

await runService<Config>({
  name: "payments",
  configure: (settings) => ({
    cache: readRedisSettings(settings, "CACHE"),
    orders: readTopicSettings(settings, "ORDERS_TOPIC", "payments"),
    payments: readTopicSettings(settings, "PAYMENTS_TOPIC", "payments"),
  }),
  build: (config, tools) => {
    const { log } = tools;
    const gateway = new SimulatedGateway();
    log.warn({ gateway: gateway.name }, "payments are simulated: no money moves");
    const redis = new Redis(config.cache, log);
    const producer = new TopicProducer("payments", config.payments);
    const payments = new RedisPayments(redis, config.cache.keyPrefix);
    const pay = async (order: OrderPlaced) => {
      const { outcome } = await payFor(order, gateway, payments, (payment) => producer.send(payment.orderId, payment));
      log.info({ order: order.id, outcome, gateway: gateway.name }, "a payment is settled");
    };
    const consumer = new TopicConsumer("payments", config.orders, orderPlaced, pay, tools);
    return {
      dependencies: [redis, producer, consumer],
      workers: [consumer],
      routes: (api) => paymentRoutes(api, payments),
    };
  },
});
