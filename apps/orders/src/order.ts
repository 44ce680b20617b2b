import { z } from "zod";

/** What a customer sends. Money is in the currency's smallest unit: 1999 EUR are 19.99 €. */
export const orderRequest = z.strictObject({
  customer: z.string().min(1).max(200),
  currency: z.string().regex(/^[A-Z]{3}$/, "three capital letters, as in ISO 4217"),
  items: z
    .array(
      z.strictObject({
        sku: z.string().regex(/^[a-z0-9-]{1,64}$/, "1 to 64 lower-case letters, digits and hyphens"),
        quantity: z.int().min(1).max(1_000),
        unitPrice: z.int().min(0).max(100_000_000),
      }),
    )
    .min(1)
    .max(100)
    .refine((items) => new Set(items.map(({ sku }) => sku)).size === items.length, "each sku once"),
});

export type OrderRequest = z.infer<typeof orderRequest>;

export interface Order extends OrderRequest {
  readonly id: string;
  readonly total: number;
  readonly placedAt: string;
}

export function totalOf({ items }: OrderRequest): number {
  return items.reduce((sum, { quantity, unitPrice }) => sum + quantity * unitPrice, 0);
}
