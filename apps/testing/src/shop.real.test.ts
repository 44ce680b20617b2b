import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kafkaMissing, TestKafka } from "./kafka.ts";
import { eventually, freePort } from "./net.ts";
import { postgresMissing, TestPostgres } from "./postgres.ts";
import { type RealProcess, startService } from "./process.ts";
import { redisMissing, TestRedis } from "./redis.ts";
import { Scratch } from "./scratch.ts";

const missing = postgresMissing ?? redisMissing ?? kafkaMissing;
type Name = "orders" | "payments" | "inventory";

describe.skipIf(missing)(`the shop on real PostgreSQL, Redis and Kafka${missing ? ` (${missing})` : ""}`, () => {
  let scratch: Scratch;
  const passwords = { orders: "s3cret-orders", inventory: "s3cret-inventory" };
  const services = new Map<Name, { process: RealProcess; api: string; admin: string }>();
  let postgres: TestPostgres;
  let redis: TestRedis;
  let kafka: TestKafka;

  beforeAll(async () => {
    scratch = new Scratch();
    // One after another: if one does not start, those before it are known, and stopped.
    postgres = await TestPostgres.start();
    redis = await TestRedis.start();
    kafka = await TestKafka.start();
    await postgres.createDatabase("orders", "orders", passwords.orders);
    await postgres.createDatabase("inventory", "inventory", passwords.inventory);
    await kafka.createTopics("orders", "payments");
    await startAll();
  });
  afterAll(async () => {
    await Promise.all([...services.values()].map(({ process }) => process.stop("SIGKILL")));
    await Promise.all([kafka?.stop(), redis?.stop(), postgres?.stop()]);
    scratch?.remove();
  });

  async function startAll(): Promise<void> {
    const flags = { SHOP_FLAGS_FILE: join(scratch.directory, "flags.json") };
    await start("orders", { ...database("ORDERS_DB", "orders"), ...topic("ORDERS_TOPIC", "orders"), ...flags });
    await start("inventory", { ...database("INVENTORY_DB", "inventory"), ...topic("ORDERS_TOPIC", "orders") });
    await start("payments", { ...cache(), ...topic("ORDERS_TOPIC", "orders"), ...topic("PAYMENTS_TOPIC", "payments") });
    for (const name of services.keys()) await ready(name);
  }

  async function start(name: Name, environment: NodeJS.ProcessEnv): Promise<void> {
    const [port, adminPort] = [await freePort(), await freePort()];
    const common = { PORT: `${port}`, ADMIN_PORT: `${adminPort}` };
    services.set(name, {
      process: startService(new URL(`../../${name}/src/main.ts`, import.meta.url), { ...common, ...environment }),
      api: `http://127.0.0.1:${port}`,
      admin: `http://127.0.0.1:${adminPort}`,
    });
  }

  function credentials(prefix: string, user: string, password: string): NodeJS.ProcessEnv {
    return {
      [`${prefix}_USER_FILE`]: scratch.file(`${prefix}-user`, user),
      [`${prefix}_PASSWORD_FILE`]: scratch.file(`${prefix}-password`, `${password}\n`),
    };
  }

  function database(prefix: string, name: keyof typeof passwords): NodeJS.ProcessEnv {
    const address = {
      [`${prefix}_HOST`]: "127.0.0.1",
      [`${prefix}_PORT`]: `${postgres.port}`,
      [`${prefix}_NAME`]: name,
    };
    return { ...address, ...credentials(prefix, name, passwords[name]) };
  }

  function cache(): NodeJS.ProcessEnv {
    const address = { CACHE_HOST: "127.0.0.1", CACHE_PORT: `${redis.port}`, CACHE_KEY_PREFIX: "payments:" };
    return { ...address, ...credentials("CACHE", redis.user, redis.password) };
  }

  function topic(prefix: string, name: string): NodeJS.ProcessEnv {
    const address = {
      [`${prefix}_BROKERS`]: kafka.brokers,
      [`${prefix}_NAME`]: name,
      [`${prefix}_CA_FILE`]: kafka.caFile,
    };
    return { ...address, ...credentials(prefix, kafka.user, kafka.password) };
  }

  function service(name: Name) {
    const found = services.get(name);
    if (found === undefined) throw new Error(`${name} was not started`);
    return found;
  }

  async function ready(name: Name): Promise<void> {
    const { admin, process } = service(name);
    await eventually(`${name} is ready`, 30, async () => {
      const response = await fetch(`${admin}/readyz`);
      if (!response.ok) throw new Error(`${await response.text()}\n${process.output}`);
    });
  }

  async function place(key: string, items: object[]): Promise<Response> {
    return fetch(`${service("orders").api}/orders`, {
      method: "POST",
      headers: { "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify({ customer: "ada", currency: "EUR", items }),
    });
  }

  async function get(name: Name, path: string): Promise<unknown> {
    const response = await fetch(service(name).api + path);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return response.json();
  }

  async function count(sku: string, available: number): Promise<void> {
    const headers = { "content-type": "application/json" };
    const body = JSON.stringify({ available });
    const response = await fetch(`${service("inventory").api}/stock/${sku}`, { method: "PUT", headers, body });
    expect(response.status).toBe(200);
  }

  it("takes an order, has it paid, and reserves its goods", async () => {
    await count("anvil", 10);
    const response = await place("first-order", [{ sku: "anvil", quantity: 2, unitPrice: 4999 }]);
    expect(response.status).toBe(201);
    const { id } = (await response.json()) as { id: string };
    expect(await get("orders", `/orders/${id}`)).toMatchObject({ id, total: 9998 });
    const payment = await eventually("it is paid", 15, () => get("payments", `/payments/${id}`));
    expect(payment).toEqual({ orderId: id, amount: 9998, currency: "EUR", outcome: "paid", gateway: "simulated" });
    await eventually("it is reserved", 15, async () =>
      expect(await get("inventory", "/stock/anvil")).toEqual({ sku: "anvil", available: 8, reserved: 2 }),
    );
  });

  it("holds orders back while their flag says so, and takes them again, without a restart", async () => {
    const flag = { state: "ENABLED", variants: { on: true, off: false } };
    const item = { sku: "kite", quantity: 1, unitPrice: 100 };
    for (const [defaultVariant, status] of [
      ["off", 503],
      ["on", 201],
    ] as const) {
      scratch.file("flags.json", JSON.stringify({ flags: { "take-orders": { ...flag, defaultVariant } } }));
      await eventually(`orders are answered with ${status}`, 10, async () =>
        expect((await place(`kite-${randomUUID()}`, [item])).status).toBe(status),
      );
    }
    expect(await (await fetch(`${service("orders").admin}/metrics`)).text()).toMatch(
      /feature_flag_evaluations_total\{flag="take-orders",variant="off",reason="static",service="orders"\} [1-9]/,
    );
  });

  it("passes a repeated order on once", async () => {
    await count("lamp", 10);
    const item = { sku: "lamp", quantity: 1, unitPrice: 100 };
    const first = await place("repeated-order", [item]);
    const second = await place("repeated-order", [item]);
    expect([first.status, second.status]).toEqual([201, 200]);
    expect(await second.json()).toEqual(await first.json());
    await place("marker-order", [{ sku: "lamp", quantity: 5, unitPrice: 100 }]);
    await eventually("both are reserved", 15, async () =>
      expect(await get("inventory", "/stock/lamp")).toEqual({ sku: "lamp", available: 4, reserved: 6 }),
    );
  });

  it("passes over a message that it cannot understand, counts it, and goes on", async () => {
    await count("rake", 1);
    for (const value of ["no JSON", '{"id":"none","items":[]}']) await kafka.send("orders", value);
    await place("order-after-nonsense", [{ sku: "rake", quantity: 1, unitPrice: 100 }]);
    await eventually("the order behind them is reserved", 15, async () =>
      expect(await get("inventory", "/stock/rake")).toMatchObject({ reserved: 1 }),
    );
    await eventually("both are counted", 15, async () =>
      expect(await (await fetch(`${service("inventory").admin}/metrics`)).text()).toContain(
        'messages_consumed_total{topic="orders",outcome="rejected",service="inventory"} 2',
      ),
    );
  });

  it("says which dependency is away, keeps the message, and goes on when it is back", async () => {
    const { admin, process } = service("payments");
    const { port, password } = redis;
    await redis.stop();
    const body = await eventually("payments is not ready", 15, async () => {
      const response = await fetch(`${admin}/readyz`);
      expect(response.status).toBe(503);
      return (await response.json()) as { dependencies: Record<string, string> };
    });
    expect(body.dependencies.redis).not.toBe("ok");
    expect(body.dependencies["topic orders"]).toBe("ok");
    expect((await fetch(`${admin}/livez`)).status).toBe(200);
    const response = await place("order-without-redis", [{ sku: "anvil", quantity: 1, unitPrice: 1300 }]);
    const { id } = (await response.json()) as { id: string };
    await eventually("the message was tried", 15, async () => expect(process.output).toContain("will be tried again"));
    redis = await TestRedis.start({ port, password });
    const payment = await eventually("it is paid", 20, () => get("payments", `/payments/${id}`));
    expect(payment).toMatchObject({ orderId: id, outcome: "paid" });
    await ready("payments");
  });

  it("uses a rotated database password for new connections, without a restart", async () => {
    passwords.orders = "s3cret-rotated";
    await postgres.admin(`ALTER ROLE orders PASSWORD '${passwords.orders}'`);
    scratch.file("ORDERS_DB-password", passwords.orders);
    await postgres.admin("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'orders'");
    await eventually("an order is placed", 10, async () =>
      expect((await place("order-after-rotation", [{ sku: "anvil", quantity: 1, unitPrice: 1 }])).ok).toBe(true),
    );
  });

  it("loses no request and no message when its services stop under load, and leaves no connection", async () => {
    await count("rope", 10_000);
    const item = { sku: "rope", quantity: 1, unitPrice: 1 };
    const answers = Array.from({ length: 200 }, (_, index) => place(`under-load-${index}`, [item]));
    await answers[0];
    service("orders").process.signal("SIGTERM");
    expect(new Set((await Promise.all(answers)).map(({ status }) => status))).toEqual(new Set([201]));
    const exits = await Promise.all([
      service("orders").process.exit(),
      service("payments").process.stop(),
      service("inventory").process.stop(),
    ]);
    expect(exits).toEqual(exits.map(() => ({ code: 0, signal: null })));
    expect(
      await postgres.admin("SELECT usename FROM pg_stat_activity WHERE usename IN ('orders', 'inventory')"),
    ).toEqual([]);
    const output = [...services.values()].map(({ process }) => process.output).join("\n");
    for (const secret of ["s3cret", kafka.password, redis.password]) expect(output).not.toContain(secret);

    await startAll();
    await eventually("every order is reserved", 30, async () =>
      expect(await get("inventory", "/stock/rope")).toMatchObject({ reserved: answers.length }),
    );
  });
});
