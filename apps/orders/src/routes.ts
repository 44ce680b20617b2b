import { RequestError } from "@plumbline-shop/chassis/api";
import { askedBy } from "@plumbline-shop/chassis/audit";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import { type Order, orderRequest } from "./order.ts";
import type { OrderStore } from "./store.ts";

export interface OrderEvents {
  /** Whether orders of a customer are taken at this moment. */
  taken(customer: string): Promise<boolean>;
  /** Tells the rest of the shop of an order. */
  publish(order: Order): Promise<void>;
}

const KEY_HEADER = "idempotency-key";
const idempotencyKey = z.string().min(8).max(128);
const orderId = z.uuid();

/**
 * - `POST /orders` with an `Idempotency-Key`: 201 with the order; 200 with the same order when the key comes again;
 *   422 when it comes with another order; 503 while orders are not taken.
 * - `GET /orders/:id`: the order, or 404.
 *
 * An order is kept first and published second, without an outbox. If publishing fails the answer is 503, and the
 * client's retry with the same key publishes the order that is already kept: it may reach the topic twice, and never
 * goes missing while its client insists.
 */
export function orderRoutes(api: FastifyInstance, store: OrderStore, { taken, publish }: OrderEvents): void {
  api.post("/orders", async (request, reply) => {
    const key = idempotencyKey.safeParse(request.headers[KEY_HEADER]);
    if (!key.success) throw new RequestError(400, "the header Idempotency-Key is needed: 8 to 128 characters");
    const asked = orderRequest.parse(request.body);
    if (!(await taken(asked.customer)))
      throw new RequestError(503, "orders are not taken at the moment: send it again later, with the same key");
    const placement = await store.place(key.data, asked, askedBy(request));
    if (placement.outcome === "conflict")
      throw new RequestError(422, "this Idempotency-Key was used for another order: use a new one");
    const { order, outcome } = placement;
    if (!placement.published) await tell(order);
    return reply
      .code(outcome === "placed" ? 201 : 200)
      .header("location", `/orders/${order.id}`)
      .send(order);
  });

  api.get<{ Params: { id: string } }>("/orders/:id", async (request) => {
    const id = orderId.safeParse(request.params.id);
    const order = id.success ? await store.find(id.data, askedBy(request)) : undefined;
    if (order === undefined) throw new RequestError(404, "there is no such order");
    return order;
  });

  async function tell(order: Order): Promise<void> {
    try {
      await publish(order);
    } catch (cause) {
      throw Object.assign(
        new Error("the order is kept but not yet passed on: send it again with the same key", { cause }),
        {
          statusCode: 503,
        },
      );
    }
    await store.markPublished(order.id);
  }
}
