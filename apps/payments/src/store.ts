import type { Payment, PaymentStore, StoredPayment } from "./payment.ts";
import type { Redis } from "./redis.ts";

/** Longer than any broker keeps an order that could come again (Kafka's default is 7 days). */
const KEEP_SECONDS = 30 * 24 * 60 * 60;

/** Payments in Redis, one key per order, forgotten after 30 days. */
export class RedisPayments implements PaymentStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  async find(orderId: string): Promise<StoredPayment | undefined> {
    return parse(await this.#redis.get(keyOf(orderId)));
  }

  async keepFirst(payment: Payment): Promise<StoredPayment> {
    const stored = { payment, published: false };
    const before = await this.#redis.setFirst(keyOf(payment.orderId), JSON.stringify(stored), KEEP_SECONDS);
    return parse(before) ?? stored;
  }

  async markPublished(payment: Payment): Promise<void> {
    await this.#redis.set(keyOf(payment.orderId), JSON.stringify({ payment, published: true }), KEEP_SECONDS);
  }
}

function keyOf(orderId: string): string {
  return `payment:${orderId}`;
}

function parse(text: string | null): StoredPayment | undefined {
  return text === null ? undefined : JSON.parse(text);
}
