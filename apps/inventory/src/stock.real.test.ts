import { randomUUID } from "node:crypto";
import { logger } from "@plumbline-shop/chassis/log";
import { Postgres } from "@plumbline-shop/chassis/postgres";
import { postgresMissing, TestPostgres } from "@plumbline-shop/testing/postgres";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PostgresStock } from "./stock.ts";

describe.skipIf(postgresMissing)(`stock in a real PostgreSQL${postgresMissing ? ` (${postgresMissing})` : ""}`, () => {
  let server: TestPostgres;
  let database: Postgres;
  let stock: PostgresStock;

  beforeAll(async () => {
    server = await TestPostgres.start();
    await server.createDatabase("inventory", "inventory", "secret");
    const credentials = { user: { read: () => "inventory" }, password: { read: () => "secret" } };
    const settings = { host: "127.0.0.1", port: server.port, database: "inventory", poolSize: 10, ...credentials };
    database = new Postgres("postgres", settings, logger("inventory", "fatal"));
    stock = new PostgresStock(database);
    await Promise.all([stock.createSchema(), stock.createSchema()]);
  });
  afterAll(async () => {
    await database.close();
    await server.stop();
  });

  function order(...items: [sku: string, quantity: number][]) {
    return { id: randomUUID(), items: items.map(([sku, quantity]) => ({ sku, quantity })) };
  }

  it("counts, finds, and counts again without touching what is reserved", async () => {
    expect(await stock.count("rope", 5)).toEqual({ sku: "rope", available: 5, reserved: 0 });
    await stock.reserve(order(["rope", 2]));
    expect(await stock.count("rope", 10)).toEqual({ sku: "rope", available: 10, reserved: 2 });
    expect(await stock.find("nothing")).toBeUndefined();
  });

  it("reserves all of an order or nothing of it", async () => {
    await stock.count("anvil", 3);
    await stock.count("feather", 1);
    expect(await stock.reserve(order(["anvil", 2], ["feather", 2]))).toBe("short");
    expect(await stock.find("anvil")).toEqual({ sku: "anvil", available: 3, reserved: 0 });
    expect(await stock.reserve(order(["anvil", 1], ["unicorn", 1]))).toBe("short");
    expect(await stock.reserve(order(["anvil", 2], ["feather", 1]))).toBe("reserved");
    expect(await stock.find("anvil")).toEqual({ sku: "anvil", available: 1, reserved: 2 });
    expect(await stock.find("feather")).toEqual({ sku: "feather", available: 0, reserved: 1 });
  });

  it("decides an order once, however often and from however many replicas it comes", async () => {
    await stock.count("lamp", 10);
    const repeated = order(["lamp", 3]);
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => stock.reserve(repeated)));
    expect(outcomes.toSorted()).toEqual([...Array(7).fill("repeated"), "reserved"]);
    expect(await stock.find("lamp")).toEqual({ sku: "lamp", available: 7, reserved: 3 });
  });

  it("never promises more than there is, and does not deadlock, when orders cross", async () => {
    await stock.count("left", 20);
    await stock.count("right", 20);
    const crossing = Array.from({ length: 60 }, (_, index) =>
      index % 2 ? order(["left", 1], ["right", 1]) : order(["right", 1], ["left", 1]),
    );
    const outcomes = await Promise.all(crossing.map((each) => stock.reserve(each)));
    expect(outcomes.filter((outcome) => outcome === "reserved")).toHaveLength(20);
    expect(await stock.find("left")).toEqual({ sku: "left", available: 0, reserved: 20 });
    expect(await stock.find("right")).toEqual({ sku: "right", available: 0, reserved: 20 });
  });
});
