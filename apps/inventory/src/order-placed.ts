import { z } from "zod";

/** What this service reads of a message on the topic of orders. Fields that it does not know are no concern of its own. */
export const orderPlaced = z.object({
  id: z.uuid(),
  items: z.array(z.object({ sku: z.string().min(1), quantity: z.int().min(1) })).min(1),
});

export type OrderPlaced = z.infer<typeof orderPlaced>;
