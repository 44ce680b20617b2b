import type { Payment, PaymentStore, StoredPayment } from "./payment.ts";
import type { Redis } from "./redis.ts";

/** Longer than any broker keeps an order that could come again (Kafka's default is 7 days). */
const KEEP_SECONDS = 30 * 24 * 60 * 60;

/** Payments in Redis, one key per order, forgotten after 30 days. */
export class RedisPayments implements PaymentStore {
  readonly #redis: Redis;
  readonly #prefix: string;

  constructor(redis: Redis, prefix: string) {
    this.#redis = redis;
    this.#prefix = prefix;
  }

  async find(orderId: string): Promise<StoredPayment | undefined> {
    return parse(await this.#redis.get(this.#key(orderId)));
  }

  async keepFirst(payment: Payment): Promise<StoredPayment> {
    const stored = { payment, published: false };
    const before = await this.#redis.setFirst(this.#key(payment.orderId), JSON.stringify(stored), KEEP_SECONDS);
    return parse(before) ?? stored;
  }

  async markPublished(payment: Payment): Promise<void> {
    await this.#redis.set(this.#key(payment.orderId), JSON.stringify({ payment, published: true }), KEEP_SECONDS);
  }

  #key(orderId: string): string {
    return `${this.#prefix}payment:${orderId}`;
  }
}

function parse(text: string | null): StoredPayment | undefined {
  return text === null ? undefined : JSON.parse(text);
}
