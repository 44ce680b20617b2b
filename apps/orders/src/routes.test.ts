import { apiServer } from "@plumbline-shop/chassis/api";
import { logger } from "@plumbline-shop/chassis/log";
import { Metrics } from "@plumbline-shop/chassis/metrics";
import fc from "fast-check";
import type { FastifyInstance } from "fastify";
import { beforeEach, describe, expect, it } from "vitest";
import { type Order, orderRequest, totalOf } from "./order.ts";
import { orderRoutes } from "./routes.ts";
import type { OrderStore, Placement } from "./store.ts";

const REQUEST = { customer: "ada", currency: "EUR", items: [{ sku: "anvil", quantity: 2, unitPrice: 4999 }] };
const ORDER: Order = {
  id: "0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b77",
  ...REQUEST,
  total: 9998,
  placedAt: "2026-11-23T00:00:00.000Z",
};

let placement: Placement;
let calls: string[];
let broker: "up" | "down";
let refused: string[];
let api: FastifyInstance;

beforeEach(() => {
  calls = [];
  broker = "up";
  refused = [];
  placement = { outcome: "placed", order: ORDER, published: false };
  const store: OrderStore = {
    place: async (key) => {
      calls.push(`place ${key}`);
      return placement;
    },
    markPublished: async (id) => {
      calls.push(`mark ${id}`);
    },
    find: async (id) => (id === ORDER.id ? ORDER : undefined),
  };
  api = apiServer({ log: logger("orders", "fatal"), metrics: new Metrics("orders"), phase: () => "serving" });
  orderRoutes(api, store, {
    taken: async (customer) => !refused.includes(customer),
    publish: async ({ id }) => {
      calls.push(`publish ${id}`);
      if (broker === "down") throw new Error("no broker");
    },
  });
});

function post(body: unknown, headers: Record<string, string> = { "idempotency-key": "key-00001" }) {
  return api.inject({ method: "POST", url: "/orders", headers, payload: body as object });
}

describe("POST /orders", () => {
  it("keeps the order, publishes it, then marks it as published", async () => {
    const response = await post(REQUEST);
    expect(response.statusCode).toBe(201);
    expect(response.headers.location).toBe(`/orders/${ORDER.id}`);
    expect(response.json()).toEqual(ORDER);
    expect(calls).toEqual(["place key-00001", `publish ${ORDER.id}`, `mark ${ORDER.id}`]);
  });

  it("answers a repeat with the same order and publishes nothing", async () => {
    placement = { outcome: "known", order: ORDER, published: true };
    const response = await post(REQUEST);
    expect(response.statusCode).toBe(200);
    expect(calls).toEqual(["place key-00001"]);
  });

  it("asks for a repeat when the broker is away, and publishes on the repeat", async () => {
    broker = "down";
    const first = await post(REQUEST);
    expect(first.statusCode).toBe(503);
    expect(first.json().error).toContain("send it again with the same key");
    expect(calls).not.toContain(`mark ${ORDER.id}`);
    broker = "up";
    placement = { outcome: "known", order: ORDER, published: false };
    expect((await post(REQUEST)).statusCode).toBe(200);
    expect(calls.at(-1)).toBe(`mark ${ORDER.id}`);
  });

  it("asks for a later repeat of those whose orders are not taken, and keeps nothing of theirs", async () => {
    refused = ["ada"];
    const response = await post(REQUEST);
    expect(response.statusCode).toBe(503);
    expect(response.json().error).toContain("send it again later");
    expect(calls).toEqual([]);
    expect((await post({ ...REQUEST, customer: "grace" })).statusCode).toBe(201);
  });

  it("refuses a key that was used for another order", async () => {
    placement = { outcome: "conflict" };
    expect((await post(REQUEST)).statusCode).toBe(422);
    expect(calls).toEqual(["place key-00001"]);
  });

  it("refuses a request without a key, before anything is kept", async () => {
    expect((await post(REQUEST, {})).json().error).toContain("Idempotency-Key");
    expect(calls).toEqual([]);
  });

  it.each([
    ["a field is missing", { ...REQUEST, customer: undefined }, "customer"],
    [
      "a quantity is negative",
      { ...REQUEST, items: [{ sku: "anvil", quantity: -1, unitPrice: 1 }] },
      "items.0.quantity",
    ],
    ["a field is unknown", { ...REQUEST, discount: 100 }, "(body)"],
    ["an article comes twice", { ...REQUEST, items: [REQUEST.items[0], REQUEST.items[0]] }, "items"],
    ["the currency is no code", { ...REQUEST, currency: "euro" }, "currency"],
  ])("refuses a body in which %s, naming the field", async (_what, body, field) => {
    const response = await post(body);
    expect(response.statusCode).toBe(400);
    expect(response.json().fields.map((problem: { field: string }) => problem.field)).toContain(field);
    expect(calls).toEqual([]);
  });

  it("refuses what is no JSON with 400 and what is too large with 413", async () => {
    const headers = { "content-type": "application/json", "idempotency-key": "key-00001" };
    const broken = await api.inject({ method: "POST", url: "/orders", headers, payload: "{" });
    expect(broken.statusCode).toBe(400);
    const large = await post({ ...REQUEST, customer: "x".repeat(70_000) });
    expect(large.statusCode).toBe(413);
  });
});

describe("GET /orders/:id", () => {
  it("gives the order, and 404 for an unknown id as for what is no id", async () => {
    expect((await api.inject(`/orders/${ORDER.id}`)).json()).toEqual(ORDER);
    expect((await api.inject("/orders/0192f0c1-7a3e-4f6b-8a50-3a4f2d9c1b78")).statusCode).toBe(404);
    expect((await api.inject("/orders/'; DROP TABLE orders")).statusCode).toBe(404);
  });
});

describe("the total", () => {
  it("is exact for every order that is let in", () => {
    const item = fc.record({
      quantity: fc.integer({ min: 1, max: 1_000 }),
      unitPrice: fc.integer({ min: 0, max: 100_000_000 }),
    });
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 100 }), (items) => {
        const request = orderRequest.parse({
          customer: "ada",
          currency: "EUR",
          items: items.map((each, index) => ({ sku: `sku-${index}`, ...each })),
        });
        const exact = items.reduce((sum, { quantity, unitPrice }) => sum + BigInt(quantity) * BigInt(unitPrice), 0n);
        expect(BigInt(totalOf(request))).toBe(exact);
      }),
    );
  });
});
