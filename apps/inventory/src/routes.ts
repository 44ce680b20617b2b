import { RequestError } from "@plumbline-shop/chassis/api";
import type { FastifyInstance } from "fastify";
import { z } from "zod";
import type { StockStore } from "./stock.ts";

const count = z.strictObject({ available: z.int().min(0).max(1_000_000) });
const skuName = z.string().regex(/^[a-z0-9-]{1,64}$/, "1 to 64 lower-case letters, digits and hyphens");

/**
 * - `GET /stock/:sku`: what is available and what is reserved, or 404.
 * - `PUT /stock/:sku` with `{ "available" }`: what a count of the shelf found; the stock after it.
 */
export function stockRoutes(api: FastifyInstance, store: StockStore): void {
  api.get<{ Params: { sku: string } }>("/stock/:sku", async (request) => {
    const stock = await store.find(request.params.sku);
    if (stock === undefined) throw new RequestError(404, "there is no such article");
    return stock;
  });

  api.put<{ Params: { sku: string } }>("/stock/:sku", async (request) => {
    const sku = skuName.parse(request.params.sku);
    const { available } = count.parse(request.body);
    return store.count(sku, available);
  });
}
