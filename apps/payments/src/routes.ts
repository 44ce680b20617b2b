import { RequestError } from "@plumbline-shop/chassis/api";
import type { FastifyInstance } from "fastify";
import type { PaymentStore } from "./payment.ts";

/** `GET /payments/:orderId`: the payment of an order, or 404 as long as it has none. */
export function paymentRoutes(api: FastifyInstance, store: PaymentStore): void {
  api.get<{ Params: { orderId: string } }>("/payments/:orderId", async (request) => {
    const stored = await store.find(request.params.orderId);
    if (stored === undefined) throw new RequestError(404, "there is no payment for this order");
    return stored.payment;
  });
}
