import { apiServer } from "@plumbline-shop/chassis/api";
import { logger } from "@plumbline-shop/chassis/log";
import { Metrics } from "@plumbline-shop/chassis/metrics";
import type { FastifyInstance } from "fastify";
import { beforeEach, describe, expect, it } from "vitest";
import { stockRoutes } from "./routes.ts";
import type { Stock } from "./stock.ts";

let shelf: Map<string, Stock>;
let api: FastifyInstance;

beforeEach(() => {
  shelf = new Map([["anvil", { sku: "anvil", available: 3, reserved: 1 }]]);
  api = apiServer({ log: logger("inventory", "fatal"), metrics: new Metrics("inventory"), phase: () => "serving" });
  stockRoutes(api, {
    find: async (sku) => shelf.get(sku),
    count: async (sku, available) => ({ sku, available, reserved: 0 }),
    reserve: async () => "reserved",
  });
});

describe("stock", () => {
  it("is shown, or 404", async () => {
    expect((await api.inject("/stock/anvil")).json()).toEqual({ sku: "anvil", available: 3, reserved: 1 });
    expect((await api.inject("/stock/unicorn")).statusCode).toBe(404);
  });

  it("is counted", async () => {
    const response = await api.inject({ method: "PUT", url: "/stock/anvil", payload: { available: 7 } });
    expect(response.json()).toEqual({ sku: "anvil", available: 7, reserved: 0 });
  });

  it.each([
    ["/stock/anvil", { available: -1 }],
    ["/stock/anvil", { available: "7" }],
    ["/stock/anvil", { available: 7, reserved: 0 }],
    ["/stock/An%20Anvil", { available: 7 }],
  ])("refuses PUT %s with %o", async (url, payload) => {
    expect((await api.inject({ method: "PUT", url, payload })).statusCode).toBe(400);
  });
});
