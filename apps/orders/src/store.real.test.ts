import { Audit } from "@plumbline-shop/chassis/audit";
import { logger } from "@plumbline-shop/chassis/log";
import { Postgres } from "@plumbline-shop/chassis/postgres";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresOrders } from "./store.ts";

const BY = { actor: { kind: "service", id: "test" }, purpose: "test" } as const;
const REQUEST = { customer: "ada", currency: "EUR", items: [{ sku: "anvil", quantity: 2, unitPrice: 4999 }] };

describe.skipIf(postgresMissing)(`orders in a real PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ""}`, () => {
  let server: TestPostgres;
  let database: Postgres;
  let orders: PostgresOrders;
  let password = "first";

  beforeAll(async () => {
    server = await TestPostgres.start();
    await server.createDatabase("orders", "orders", password);
    database = connect();
    orders = new PostgresOrders(database, new Audit(database, false));
    await orders.createSchema();
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  function connect(): Postgres {
    const credentials = { user: { read: () => "orders" }, password: { read: () => password } };
    const settings = { host: "127.0.0.1", port: server.port, database: "orders", poolSize: 10, ...credentials };
    return new Postgres("postgres", settings, logger("orders", "fatal"));
  }

  it("makes its schema again, also from ten replicas at once, and keeps what is there", async () => {
    const placed = await orders.place("schema-key", REQUEST, BY);
    await Promise.all(Array.from({ length: 10 }, () => orders.createSchema()));
    expect(await orders.place("schema-key", REQUEST, BY)).toEqual({ ...placed, outcome: "known" });
  });

  it("places an order once, however many requests with its key run at once", async () => {
    const placements = await Promise.all(Array.from({ length: 20 }, () => orders.place("same-key", REQUEST, BY)));
    expect(placements.filter(({ outcome }) => outcome === "placed")).toHaveLength(1);
    expect(placements.filter(({ outcome }) => outcome === "known")).toHaveLength(19);
    expect(new Set(placements.map((placement) => "order" in placement && placement.order.id)).size).toBe(1);
  });

  it("finds a conflict, and takes the same order with its fields in another order for the same", async () => {
    await orders.place("conflict-key", REQUEST, BY);
    expect(await orders.place("conflict-key", { ...REQUEST, customer: "eve" }, BY)).toEqual({ outcome: "conflict" });
    const { customer, currency, items } = REQUEST;
    expect(await orders.place("conflict-key", { items, currency, customer }, BY)).toMatchObject({ outcome: "known" });
  });

  it("knows what is published, and gives an order back as it was placed", async () => {
    const placed = await orders.place("publish-key", REQUEST, BY);
    if (placed.outcome === "conflict") throw new Error("a new key is in conflict");
    expect(placed).toMatchObject({ outcome: "placed", published: false, order: { ...REQUEST, total: 9998 } });
    await orders.markPublished(placed.order.id);
    expect(await orders.place("publish-key", REQUEST, BY)).toMatchObject({ outcome: "known", published: true });
    expect(await orders.find(placed.order.id, BY)).toEqual(placed.order);
    expect(await orders.find("0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b78", BY)).toBeUndefined();
  });

  it("makes new connections with a rotated password", async () => {
    await server.admin("ALTER ROLE orders PASSWORD 'second'");
    const stale = connect();
    await expect(stale.query("SELECT 1")).rejects.toThrow(/password authentication failed/);
    password = "second";
    expect(await stale.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await stale.close();
  });

  it("is not called away while it is merely busy", async () => {
    const sleepers = Array.from({ length: 10 }, () => database.query("SELECT pg_sleep(1)"));
    await expect(database.check()).resolves.toBeUndefined();
    await Promise.all(sleepers);
  });
});
