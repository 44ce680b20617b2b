import { logger } from "@plumbline-shop/chassis/log";
import { eventually } from "@plumbline-shop/testing/net";
import { redisMissing, TestRedis } from "@plumbline-shop/testing/redis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Payment } from "./payment.ts";
import { Redis } from "./redis.ts";
import { RedisPayments } from "./store.ts";

const PAYMENT: Payment = { orderId: "one", amount: 9998, currency: "EUR", outcome: "paid", gateway: "simulated" };

describe.skipIf(redisMissing)(`payments in a real Redis${redisMissing ? ` (${redisMissing})` : ""}`, () => {
  let server: TestRedis;
  let redis: Redis;
  let payments: RedisPayments;

  beforeAll(async () => {
    server = await TestRedis.start();
    redis = connect(() => server.password);
    await redis.check();
    payments = new RedisPayments(redis, "payments:");
  });
  afterAll(async () => {
    await redis.close();
    await server.stop();
  });

  function connect(password: () => string): Redis {
    const credentials = { user: { read: () => server.user }, password: { read: password } };
    return new Redis({ host: "127.0.0.1", port: server.port, ...credentials }, logger("payments", "fatal"));
  }

  it("keeps the first payment of an order, and gives it back to whoever comes second", async () => {
    expect(await payments.find("one")).toBeUndefined();
    expect(await payments.keepFirst(PAYMENT)).toEqual({ payment: PAYMENT, published: false });
    expect(await payments.keepFirst({ ...PAYMENT, outcome: "declined" })).toEqual({
      payment: PAYMENT,
      published: false,
    });
    await payments.markPublished(PAYMENT);
    expect(await payments.find("one")).toEqual({ payment: PAYMENT, published: true });
  });

  it("lets exactly one of many at once be the first", async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 20 }, (_, amount) => payments.keepFirst({ ...PAYMENT, orderId: "race", amount })),
    );
    expect(new Set(outcomes.map(({ payment }) => payment.amount)).size).toBe(1);
  });

  it("is refused with a wrong password, and works with the one that the file holds later", async () => {
    let password = "wrong";
    const rotated = connect(() => password);
    await expect(rotated.check()).rejects.toThrow(/WRONGPASS/);
    password = server.password;
    await eventually("it is let in", 10, () => rotated.check());
    await rotated.close();
  });
});
